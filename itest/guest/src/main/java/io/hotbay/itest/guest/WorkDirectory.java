// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A fresh directory with a short path, for sockets and images; deleted with everything in it when closed. */
public final class WorkDirectory implements AutoCloseable {
    /** Length of sockaddr_un.sun_path less the final NUL, unix(7). */
    private static final int LONGEST_SOCKET_PATH = 107;

    private final Path path;

    private WorkDirectory(Path path) {
        this.path = path;
    }

    /** Makes a directory under /tmp. */
    public static WorkDirectory create() {
        try {
            return new WorkDirectory(Files.createTempDirectory(Path.of("/tmp"), "hb"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The directory. */
    public Path path() {
        return path;
    }

    /** A directory in it, made when missing. */
    public Path directory(String name) {
        try {
            return Files.createDirectories(path.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where a socket may be made. */
    public Path socket(String name) {
        Path socket = path.resolve(name);
        if (socket.toString().length() > LONGEST_SOCKET_PATH) {
            throw new IllegalArgumentException(socket + ": longer than " + LONGEST_SOCKET_PATH + " bytes");
        }
        return socket;
    }

    @Override
    public void close() {
        try (Stream<Path> tree = Files.walk(path)) {
            List<Path> children = tree.sorted(Comparator.reverseOrder()).collect(Collectors.toList());
            for (Path child : children) {
                Files.deleteIfExists(child);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
