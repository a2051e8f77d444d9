// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import io.hotbay.target.TargetException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.BundleRevision;

/**
 * The headers of a candidate, read by the framework itself: a bundle without content and under another name, that is installed for
 * a moment and never resolved.
 */
final class Trial implements AutoCloseable {
    private static final List<String> HEADERS = List.of(
            Constants.BUNDLE_VERSION,
            Constants.IMPORT_PACKAGE,
            Constants.EXPORT_PACKAGE,
            Constants.REQUIRE_CAPABILITY,
            Constants.PROVIDE_CAPABILITY,
            Constants.REQUIRE_BUNDLE);

    private final Bundle bundle;

    Trial(BundleContext context, Candidate candidate) throws TargetException {
        String name = "io.hotbay.trial." + candidate.name();
        try {
            bundle = context.installBundle(
                    "hotbay-trial:" + candidate.name(), new ByteArrayInputStream(jar(name, candidate.headers())));
        } catch (BundleException | IOException e) {
            throw new TargetException(candidate.source() + " is no bundle: its manifest is wrong: " + OneLine.of(e), e);
        }
    }

    private static byte[] jar(String name, Attributes headers) throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        attributes.putValue(Constants.BUNDLE_SYMBOLICNAME, name);
        for (String header : HEADERS) {
            if (headers.getValue(header) != null) {
                attributes.putValue(header, headers.getValue(header));
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new JarOutputStream(bytes, manifest).close();
        return bytes.toByteArray();
    }

    BundleRevision revision() {
        return bundle.adapt(BundleRevision.class);
    }

    @Override
    public void close() throws TargetException {
        try {
            bundle.uninstall();
        } catch (BundleException e) {
            throw new TargetException("the trial of " + bundle.getSymbolicName() + " stays: " + OneLine.of(e), e);
        }
    }
}
