// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import io.hotbay.target.TargetException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;

/**
 * Content that a bundle may get, copied to a file of our own and read whole, so that nothing can be wrong with its bytes afterwards.
 *
 * @param file the copy
 * @param source where it came from, as it was given
 * @param headers main attributes of the manifest
 * @param name symbolic name
 * @param version its version
 */
record Candidate(Path file, String source, Attributes headers, String name, Version version) {
    private static final Pattern URL_FORM = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");
    /** The launcher installs bundles by reference: then the framework reads them where they lie. */
    private static final String REFERENCE = "reference:";

    private static final int TIMEOUT_MILLIS = 30_000;
    private static final long LIMIT = 256L << 20;

    /**
     * Copies a source and checks it.
     *
     * @param source a URL or a path
     * @throws TargetException if it cannot be read or is no bundle
     */
    static Candidate read(String source, Path file) throws TargetException {
        copy(source, file);
        Attributes headers = headers(source, file);
        String name = headers.getValue(Constants.BUNDLE_SYMBOLICNAME);
        if (name == null || name.isBlank()) {
            throw new TargetException(source + " is no bundle: its manifest has no Bundle-SymbolicName");
        }
        if (headers.getValue(Constants.FRAGMENT_HOST) != null) {
            throw new TargetException(source + " is a fragment, which has no life of its own: use felix:install or"
                    + " felix:update, and felix:refresh with its host");
        }
        return new Candidate(file, source, headers, name.split(";", 2)[0].strip(), version(source, headers));
    }

    private static void copy(String source, Path file) throws TargetException {
        try {
            Files.createDirectories(file.getParent());
            try (InputStream in = open(source);
                    OutputStream out = Files.newOutputStream(file)) {
                byte[] buffer = new byte[1 << 16];
                long total = 0;
                for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                    total += length;
                    if (total > LIMIT) {
                        throw new TargetException(
                                source + " is larger than " + (LIMIT >> 20) + " MiB: it is no bundle");
                    }
                    out.write(buffer, 0, length);
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new TargetException("cannot read " + source + ": " + OneLine.of(e), e);
        }
    }

    private static InputStream open(String source) throws IOException {
        String place = source.startsWith(REFERENCE) ? source.substring(REFERENCE.length()) : source;
        if (!URL_FORM.matcher(place).matches()) {
            return Files.newInputStream(Path.of(place));
        }
        URL url = URI.create(place).toURL();
        URLConnection connection = url.openConnection();
        connection.setUseCaches(false);
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        return connection.getInputStream();
    }

    private static Attributes headers(String source, Path file) throws TargetException {
        try (JarFile jar = new JarFile(file.toFile())) {
            readAll(jar);
            Manifest manifest = jar.getManifest();
            if (manifest == null) {
                throw new TargetException(source + " is no bundle: it has no manifest");
            }
            return manifest.getMainAttributes();
        } catch (IOException | SecurityException e) {
            throw new TargetException(source + " is no bundle: it is no sound jar (" + OneLine.of(e) + ")", e);
        }
    }

    /** Checks the sum of each entry. */
    private static void readAll(JarFile jar) throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
            try (InputStream in = jar.getInputStream(entries.nextElement())) {
                int length = in.read(buffer);
                while (length >= 0) {
                    length = in.read(buffer);
                }
            }
        }
    }

    private static Version version(String source, Attributes headers) throws TargetException {
        try {
            return Version.parseVersion(headers.getValue(Constants.BUNDLE_VERSION));
        } catch (IllegalArgumentException e) {
            throw new TargetException(
                    source + " is no bundle: its " + Constants.BUNDLE_VERSION + " is wrong: " + e.getMessage(), e);
        }
    }
}
