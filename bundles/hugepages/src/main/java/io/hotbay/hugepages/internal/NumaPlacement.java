// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** On which NUMA nodes the pages of this process' mapped files lie, as /proc/self/numa_maps tells. */
final class NumaPlacement {
    private final Map<Path, Map<Integer, Long>> pages = new HashMap<>();

    private NumaPlacement() {}

    /** Reads it; without the file nothing is known. */
    static NumaPlacement read(Path root) {
        NumaPlacement placement = new NumaPlacement();
        try {
            Files.readAllLines(root.resolve("proc/self/numa_maps")).forEach(placement::add);
        } catch (IOException e) {
            // A kernel without NUMA has no such file, and only one node to think of.
        }
        return placement;
    }

    /** One mapping: {@code 7f.. default file=/dev/hugepages/x huge dirty=2 N0=1 N1=1 kernelpagesize_kB=2048}. */
    private void add(String line) {
        Path file = null;
        Map<Integer, Long> byNode = new HashMap<>();
        for (String field : line.split(" ")) {
            if (field.startsWith("file=")) {
                file = Path.of(field.substring("file=".length()));
            } else if (field.matches("N\\d+=\\d+")) {
                int equals = field.indexOf('=');
                byNode.put(Integer.valueOf(field.substring(1, equals)), Long.valueOf(field.substring(equals + 1)));
            }
        }
        if (file != null) {
            // A file may be mapped twice, after this bundle was updated: its pages count once.
            pages.merge(file, byNode, (a, b) -> sum(a) >= sum(b) ? a : b);
        }
    }

    private static long sum(Map<Integer, Long> byNode) {
        return byNode.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Pages of a file on a node; all of them on {@code fallback} when the kernel does not tell. */
    long pages(Path file, int node, long all, int fallback) {
        Map<Integer, Long> byNode = pages.getOrDefault(file, Map.of());
        if (byNode.isEmpty()) {
            return node == fallback ? all : 0;
        }
        return byNode.getOrDefault(node, 0L);
    }
}
