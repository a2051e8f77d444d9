// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a process holds of the kernel's: descriptors by their kind, mappings of files by their name. Left out is what the JVM has
 * of its own: anonymous memory, libraries, jar files, compilers' threads, which come and go as classes are loaded and memory is collected.
 *
 * @param descriptors how many descriptors of each kind
 * @param mappings how many mappings of each file
 * @param threads how many threads of each name, as far as the kernel knows it
 */
record ProcessCensus(Map<String, Integer> descriptors, Map<String, Integer> mappings, Map<String, Integer> threads) {
    /** Fields of a line of /proc/PID/maps before the name. */
    private static final int NAME = 5;

    static ProcessCensus of(Process process) throws IOException {
        return of(process.pid());
    }

    static ProcessCensus of(long pid) throws IOException {
        Path proc = Path.of("/proc", Long.toString(pid));
        Map<String, Integer> descriptors = new TreeMap<>();
        for (Path entry : list(proc.resolve("fd"))) {
            String target = target(entry);
            if (!isOfTheJvm(target)) {
                descriptors.merge(target.replaceAll("\\[\\d+]", ""), 1, Integer::sum);
            }
        }
        Map<String, Integer> mappings = new TreeMap<>();
        for (String line : Files.readAllLines(proc.resolve("maps"))) {
            String[] fields = line.split(" +", NAME + 1);
            if (fields.length > NAME && !isOfTheJvm(fields[NAME])) {
                mappings.merge(fields[NAME], 1, Integer::sum);
            }
        }
        Map<String, Integer> threads = new TreeMap<>();
        for (Path task : list(proc.resolve("task"))) {
            String name = threadName(task);
            if (!isOfTheJvm(name) && !isThreadOfTheJvm(name)) {
                threads.merge(name, 1, Integer::sum);
            }
        }
        return new ProcessCensus(descriptors, mappings, threads);
    }

    private static String threadName(Path task) throws IOException {
        try {
            return Files.readString(task.resolve("comm")).strip();
        } catch (IOException e) {
            // of one that ends meanwhile the file is gone, or cannot be read
            if (Files.exists(task)) {
                throw e;
            }
            return "";
        }
    }

    /** Compilers, the framework's resolver and the kernel's workers for io_uring come and go with the work there is for them. */
    private static boolean isThreadOfTheJvm(String name) {
        return name.startsWith("C1 Comp")
                || name.startsWith("C2 Comp")
                || name.startsWith("Attach")
                || name.startsWith("FelixResolver")
                || name.startsWith("iou-");
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        }
    }

    /** What a descriptor refers to, or nothing if it has just been closed. */
    private static String target(Path entry) throws IOException {
        try {
            return Files.readSymbolicLink(entry).toString();
        } catch (NoSuchFileException closed) {
            return "";
        }
    }

    private static boolean isOfTheJvm(String name) {
        return name.isEmpty()
                || name.startsWith("[")
                || name.endsWith(".jar")
                || name.endsWith(".jsa")
                || name.endsWith("/lib/modules")
                || name.contains(".so")
                || name.contains("hsperfdata")
                || name.contains("/bin/java")
                || name.contains("/locale/");
    }

    /** Whether it is no more than another of anything: what went away is no leak. */
    boolean isWithin(ProcessCensus limit) {
        return isWithin(descriptors, limit.descriptors)
                && isWithin(mappings, limit.mappings)
                && isWithin(threads, limit.threads);
    }

    private static boolean isWithin(Map<String, Integer> counts, Map<String, Integer> limits) {
        return counts.entrySet().stream()
                .allMatch(each -> each.getValue() <= limits.getOrDefault(each.getKey(), free(each.getKey())));
    }

    /**
     * Which file system the next lease lies on depends on the hugepages that other processes leave; the lock of each folder of
     * leases is kept from the first one on.
     */
    private static int free(String name) {
        return name.endsWith("/~lock") ? 1 : 0;
    }

    /** The same without threads, which a pool keeps for a while. */
    ProcessCensus withoutThreads() {
        return new ProcessCensus(descriptors, mappings, Map.of());
    }

    /** The same without files whose names contain a text. */
    ProcessCensus without(String text) {
        Map<String, Integer> files = new TreeMap<>(descriptors);
        files.keySet().removeIf(name -> name.contains(text));
        Map<String, Integer> mapped = new TreeMap<>(mappings);
        mapped.keySet().removeIf(name -> name.contains(text));
        return new ProcessCensus(files, mapped, threads);
    }
}
