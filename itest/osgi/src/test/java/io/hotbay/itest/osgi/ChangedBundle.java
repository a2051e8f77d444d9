// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;

/** The content of an installed bundle, changed, as a jar. */
final class ChangedBundle {
    private static final String MANIFEST = "META-INF/MANIFEST.MF";

    private final Bundle bundle;
    private final Map<String, String> headers = new HashMap<>();
    private final List<String[]> replacements = new ArrayList<>();
    private final List<Class<?>> classes = new ArrayList<>();

    private ChangedBundle(Bundle bundle) {
        this.bundle = bundle;
    }

    static ChangedBundle of(String name) {
        return new ChangedBundle(Framework.bundle(name));
    }

    static ChangedBundle of(Bundle bundle) {
        return new ChangedBundle(bundle);
    }

    ChangedBundle version(String version) {
        return header(Constants.BUNDLE_VERSION, version);
    }

    /** Sets a header; null removes it. */
    ChangedBundle header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    /** Adds a clause to a header. */
    ChangedBundle clause(String name, String clause) {
        String before = bundle.getHeaders("").get(name);
        return header(name, before == null ? clause : before + "," + clause);
    }

    /** Replaces text in the descriptions of components. */
    ChangedBundle component(String text, String by) {
        replacements.add(new String[] {text, by});
        return this;
    }

    /** Adds a class of these tests. */
    ChangedBundle with(Class<?> type) {
        classes.add(type);
        return this;
    }

    Path write(Path file) throws IOException {
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
            out.putNextEntry(new ZipEntry(MANIFEST));
            out.write(manifest());
            walk("/", out);
            for (Class<?> type : classes) {
                String path = type.getName().replace('.', '/') + ".class";
                out.putNextEntry(new ZipEntry(path));
                try (InputStream in = type.getResourceAsStream("/" + path)) {
                    in.transferTo(out);
                }
            }
        }
        return file;
    }

    private byte[] manifest() throws IOException {
        Manifest manifest;
        try (InputStream in = bundle.getEntry(MANIFEST).openStream()) {
            manifest = new Manifest(in);
        }
        Attributes attributes = manifest.getMainAttributes();
        headers.forEach((name, value) -> {
            if (value == null) {
                attributes.remove(new Attributes.Name(name));
            } else {
                attributes.putValue(name, value);
            }
        });
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        manifest.write(bytes);
        return bytes.toByteArray();
    }

    private void walk(String folder, ZipOutputStream out) throws IOException {
        Enumeration<String> paths = bundle.getEntryPaths(folder);
        for (String path : paths == null ? List.<String>of() : Collections.list(paths)) {
            if (path.endsWith("/")) {
                walk(path, out);
            } else if (!path.equals(MANIFEST)) {
                out.putNextEntry(new ZipEntry(path));
                out.write(content(path));
            }
        }
    }

    private byte[] content(String path) throws IOException {
        byte[] content;
        try (InputStream in = bundle.getEntry(path).openStream()) {
            content = in.readAllBytes();
        }
        if (!path.startsWith("OSGI-INF/")) {
            return content;
        }
        String text = new String(content, StandardCharsets.UTF_8);
        for (String[] replacement : replacements) {
            text = text.replace(replacement[0], replacement[1]);
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
