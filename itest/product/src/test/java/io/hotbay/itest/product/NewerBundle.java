// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Enumeration;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;

/** A bundle of the installation with another version. */
final class NewerBundle {
    private NewerBundle() {}

    /** Writes it to a file, which appears at once and whole. */
    static Path write(String name, String version, Path file) throws IOException {
        Path fresh = Files.createTempFile(file.getParent().getParent(), name, ".new");
        try (JarFile jar = new JarFile(original(name).toFile())) {
            Manifest manifest = jar.getManifest();
            manifest.getMainAttributes().putValue("Bundle-Version", version);
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(fresh), manifest)) {
                copy(jar, out);
            }
        }
        return Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void copy(JarFile jar, JarOutputStream out) throws IOException {
        for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
            JarEntry entry = entries.nextElement();
            if (!entry.isDirectory() && !entry.getName().equals(JarFile.MANIFEST_NAME)) {
                out.putNextEntry(new JarEntry(entry.getName()));
                try (InputStream in = jar.getInputStream(entry)) {
                    in.transferTo(out);
                }
            }
        }
    }

    /** One of Hotbay's by the last part of its name, any other by its whole name. */
    private static Path original(String name) throws IOException {
        String file = (name.startsWith("org.") ? name : "io.hotbay." + name) + "-";
        try (Stream<Path> files = Files.list(Product.home().resolve("bundle"))) {
            return files.filter(each -> each.getFileName().toString().startsWith(file))
                    .findFirst()
                    .orElseGet(() -> Assertions.fail("there is no bundle " + name));
        }
    }
}
