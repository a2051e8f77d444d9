// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import com.google.gson.reflect.TypeToken;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which files were put into which bundles, in a file of this bundle's own: it outlives this bundle, but not the framework, as the
 * content that bundles were given does. One thread.
 */
final class HandledFiles {
    private final File file;
    private final Gson gson = new Gson();
    private Map<String, Handled> all;

    /**
     * A file that needs no more to be done with.
     *
     * @param stamp tells its content from others
     * @param bundle number of the bundle that it was put into
     */
    record Handled(String stamp, long bundle) {}

    /** Goes on where the former instance has ended. */
    HandledFiles(File file) {
        this.file = file;
        all = new TreeMap<>(read());
    }

    /** What cannot be read is handled again, which changes nothing for guests but a pause. */
    private Map<String, Handled> read() {
        try {
            Map<String, Handled> read = file.exists()
                    ? gson.fromJson(Files.readString(file.toPath()), new TypeToken<Map<String, Handled>>() {}.getType())
                    : null;
            return read == null ? Map.of() : read;
        } catch (IOException | JsonParseException e) {
            return Map.of();
        }
    }

    List<String> names() {
        return List.copyOf(all.keySet());
    }

    /** Null if it was not handled. */
    Handled get(String name) {
        return all.get(name);
    }

    void put(String name, Handled handled) {
        Map<String, Handled> next = new TreeMap<>(all);
        next.put(name, handled);
        write(next);
    }

    void remove(String name) {
        Map<String, Handled> next = new TreeMap<>(all);
        next.remove(name);
        write(next);
    }

    /** Not with a channel: an instance that is being ended has been interrupted, and what it has begun must be written nevertheless. */
    private void write(Map<String, Handled> next) {
        File fresh = new File(file.getPath() + ".new");
        try {
            try (OutputStream out = new FileOutputStream(fresh)) {
                out.write(gson.toJson(next).getBytes(StandardCharsets.UTF_8));
            }
            if (!fresh.renameTo(file)) {
                throw new IOException(fresh + " cannot be renamed to " + file.getName());
            }
            all = next;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
