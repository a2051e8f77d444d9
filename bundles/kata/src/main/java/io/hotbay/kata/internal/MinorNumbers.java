// SPDX-License-Identifier: Apache-2.0
package io.hotbay.kata.internal;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;

/** Which minor number each controller has, kept in a file so that it stays the same over restarts. */
final class MinorNumbers {
    /** Minor numbers have 20 bits. */
    static final int LIMIT = 1 << 20;

    private final Path file;

    MinorNumbers(Path file) {
        this.file = file;
    }

    /** All numbers given out, by controller. */
    Map<String, Integer> all() throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (NoSuchFileException e) {
            return new TreeMap<>();
        }
        Map<String, Integer> minors = new TreeMap<>();
        for (String name : properties.stringPropertyNames()) {
            minors.put(name, parse(name, properties.getProperty(name)));
        }
        return minors;
    }

    private int parse(String name, String text) throws IOException {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            throw new IOException(file + ": the minor of " + name + " is no number: delete the file", e);
        }
    }

    /** The number of a controller: the one it had, else the lowest that is free. */
    int of(String controller, Set<Integer> taken) throws IOException {
        Map<String, Integer> minors = all();
        Integer known = minors.get(controller);
        if (known != null) {
            return known;
        }
        for (int minor = 0; minor < LIMIT; minor++) {
            if (!taken.contains(minor) && !minors.containsValue(minor)) {
                set(controller, minor);
                return minor;
            }
        }
        throw new IOException("all " + LIMIT + " minor numbers are taken: delete controllers");
    }

    void set(String controller, int minor) throws IOException {
        Map<String, Integer> minors = all();
        minors.put(controller, minor);
        write(minors);
    }

    void forget(String controller) throws IOException {
        Map<String, Integer> minors = all();
        if (minors.remove(controller) != null) {
            write(minors);
        }
    }

    private void write(Map<String, Integer> minors) throws IOException {
        StringWriter text = new StringWriter();
        text.write("# Minor numbers of the nodes in Kata's store, by controller.\n");
        for (Map.Entry<String, Integer> entry : minors.entrySet()) {
            text.write(entry.getKey() + "=" + entry.getValue() + "\n");
        }
        Path next = file.resolveSibling(file.getFileName() + ".new");
        Files.createDirectories(file.getParent());
        try (Writer writer = Files.newBufferedWriter(next, StandardCharsets.UTF_8)) {
            writer.write(text.toString());
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
