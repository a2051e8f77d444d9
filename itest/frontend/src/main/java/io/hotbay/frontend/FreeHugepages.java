// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The hugepages that guest memory could be made of now.
 *
 * @param pageSize bytes of a page of the default size, or 0 if the kernel has none
 * @param count how many are free
 */
public record FreeHugepages(long pageSize, long count) {
    private static final Path MEMINFO = Path.of("/proc/meminfo");

    /** What the kernel tells. */
    public static FreeHugepages now() throws IOException {
        return of(Files.readAllLines(MEMINFO));
    }

    static FreeHugepages of(List<String> meminfo) {
        return new FreeHugepages(figure(meminfo, "Hugepagesize:") << 10, figure(meminfo, "HugePages_Free:"));
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
