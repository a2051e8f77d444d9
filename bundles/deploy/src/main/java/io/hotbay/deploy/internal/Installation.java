// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import io.hotbay.deploy.InstalledBundle;
import io.hotbay.deploy.Swap;
import io.hotbay.target.TargetException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.BundleRevision;

/** Installs bundles that are not there yet. */
final class Installation {
    private static final String BDEV = "io.hotbay.bdev";
    private static final String DEVICE = "io.hotbay.device";
    /** What is dropped into deploy/ starts at this level as well. */
    private static final String START_LEVEL = "felix.fileinstall.start.level";

    private final BundleContext context;
    private final Checks checks;
    private final History history;
    private final Path incoming;

    /** @param incoming where candidates are copied to */
    Installation(BundleContext context, Path incoming, History history) {
        this.context = context;
        this.history = history;
        checks = new Checks(context);
        this.incoming = incoming;
    }

    InstalledBundle install(String source) throws TargetException {
        return install(source, "");
    }

    /** @param location that the bundle is to have; empty for one that is made of its name */
    InstalledBundle install(String source, String location) throws TargetException {
        long start = System.currentTimeMillis();
        long begin = System.nanoTime();
        Candidate candidate = Candidate.read(source, incoming);
        checks.install(candidate);
        Bundle bundle = install(candidate, location.isEmpty() ? "hotbay-deploy:" + candidate.name() : location);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        String version = candidate.version().toString();
        history.add(new Swap(start, candidate.name(), "", version, millis, 0, 0, 0, Swap.Outcome.DONE, ""));
        return new InstalledBundle(
                bundle.getBundleId(), candidate.name(), version, types(bundle, BDEV), types(bundle, DEVICE));
    }

    private Bundle install(Candidate candidate, String location) throws TargetException {
        Bundle bundle = null;
        try (InputStream in = Files.newInputStream(candidate.file())) {
            bundle = context.installBundle(location, in);
            String level = context.getProperty(START_LEVEL);
            if (level != null) {
                bundle.adapt(BundleStartLevel.class).setStartLevel(Integer.parseInt(level));
            }
            bundle.start(Bundle.START_ACTIVATION_POLICY);
            return bundle;
        } catch (BundleException | IOException | NumberFormatException e) {
            uninstall(bundle);
            throw new TargetException(
                    candidate.source() + " does not start and was not installed: " + OneLine.of(e), e);
        }
    }

    private static void uninstall(Bundle bundle) throws TargetException {
        try {
            if (bundle != null) {
                bundle.uninstall();
            }
        } catch (BundleException e) {
            throw new TargetException(
                    bundle.getSymbolicName() + " neither starts nor can be uninstalled: " + OneLine.of(e), e);
        }
    }

    private static List<String> types(Bundle bundle, String namespace) {
        return bundle.adapt(BundleRevision.class).getDeclaredCapabilities(namespace).stream()
                .map(capability -> String.valueOf(capability.getAttributes().get("type")))
                .sorted()
                .toList();
    }
}
