// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The pages that the load's guest memory lies in: hugepages when enough are free, as a host for virtual machines has them. */
final class GuestPages {
    /** What all sessions of a run and the target's disks take together, with some to spare. */
    private static final long NEEDED_BYTES = 512L << 20;

    private static final Path MEMINFO = Path.of("/proc/meminfo");

    private GuestPages() {}

    /** Size of a hugepage in bytes, or 0 for ordinary pages. */
    static long size() {
        List<String> lines = lines();
        long size = figure(lines, "Hugepagesize:") << 10;
        long free = figure(lines, "HugePages_Free:");
        return size > 0 && free * size >= NEEDED_BYTES ? size : 0;
    }

    private static List<String> lines() {
        try {
            return Files.readAllLines(MEMINFO);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long figure(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line ->
                        Long.parseLong(line.substring(name.length()).strip().split(" ")[0]))
                .findFirst()
                .orElse(0);
    }
}
