// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The descriptors and mappings this process has open, of the kinds that a front-end passes. */
public final class OpenFiles {
    private OpenFiles() {}

    /** Eventfds, memfds and sockets that are open. */
    public static long descriptors() {
        try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
            return links.map(OpenFiles::target).filter(OpenFiles::isPassed).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isPassed(String target) {
        return target.startsWith("anon_inode:[eventfd]")
                || target.startsWith("/memfd:")
                || target.startsWith("socket:");
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            // the descriptor that the listing itself used
            return "";
        }
    }

    /** Mappings of memfds of a name. */
    public static long mappings(String name) {
        try {
            List<String> maps = Files.readAllLines(Path.of("/proc/self/maps"));
            return maps.stream()
                    .filter(line -> line.contains("/memfd:" + name + " "))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
