// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import io.hotbay.target.TargetException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.osgi.framework.Bundle;

/**
 * Copies what is in a bundle to a file. The file that it was installed from may be gone or another one by now, so the entries are
 * taken from the framework.
 */
final class BundleContent {
    private static final String MANIFEST = "META-INF/MANIFEST.MF";

    private BundleContent() {}

    static void save(Bundle bundle, Path file) throws TargetException {
        try {
            Files.createDirectories(file.getParent());
            try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
                // Nothing of it is read often.
                out.setLevel(1);
                copy(bundle, MANIFEST, out);
                walk(bundle, "/", out);
            }
        } catch (IOException e) {
            throw new TargetException(
                    "the content of " + bundle.getSymbolicName() + " cannot be kept in " + file + ": " + OneLine.of(e),
                    e);
        }
    }

    private static void walk(Bundle bundle, String folder, ZipOutputStream out) throws IOException {
        Enumeration<String> paths = bundle.getEntryPaths(folder);
        while (paths != null && paths.hasMoreElements()) {
            String path = paths.nextElement();
            if (path.endsWith("/")) {
                walk(bundle, path, out);
            } else if (!path.equals(MANIFEST)) {
                copy(bundle, path, out);
            }
        }
    }

    private static void copy(Bundle bundle, String path, ZipOutputStream out) throws IOException {
        URL entry = bundle.getEntry(path);
        if (entry == null) {
            throw new IOException("there is no entry " + path);
        }
        out.putNextEntry(new ZipEntry(path));
        try (InputStream in = entry.openStream()) {
            in.transferTo(out);
        }
        out.closeEntry();
    }
}
