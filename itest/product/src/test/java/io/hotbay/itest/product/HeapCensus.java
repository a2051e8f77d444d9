// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What lives on a process's heap after a garbage collection.
 *
 * @param bytes of all objects
 * @param instances of each class of ours; classes of the same name that bundles had before and after a swap are taken together
 * @param wirings of bundles: each has the class loader of one life of a bundle, which has it too, so neither lives without the other
 * @param classes that are loaded; not the memory they take, which holds what the JVM notes of methods that run often, too
 */
record HeapCensus(long bytes, Map<String, Integer> instances, int wirings, int classes) {
    /**
     * What a heap may grow by without a leak: classes that are loaded late, names and lines of the log that are kept, buffers of
     * threads that have not ended yet. A leaked session would be seen among the instances long before.
     */
    private static final long TOLERATED_BYTES = 4 << 20;
    /** Objects of a class that may be more than before: what the last sessions left in caches and queues. */
    private static final int TOLERATED_INSTANCES = 16;

    private static final String WIRING = "org.apache.felix.framework.BundleWiringImpl";
    /** What the class of a lambda has at its end, each time another one. */
    private static final String NUMBER = "(?<=\\$\\$Lambda).*";

    private static final Pattern LOADED = Pattern.compile("Total Usage - \\d+ loaders, (\\d+) classes");
    /** Classes that may be loaded late: about 250 in a soak test. */
    private static final int TOLERATED_CLASSES = 500;

    /** Columns of a line of the histogram: number, instances, bytes, name. */
    private static final int INSTANCES = 1;

    private static final int BYTES = 2;
    private static final int NAME = 3;

    static HeapCensus of(Process process) throws IOException, InterruptedException {
        long bytes = 0;
        Map<String, Integer> instances = new TreeMap<>();
        int wirings = 0;
        for (String line : jcmd(process, "GC.class_histogram").split("\n")) {
            String[] columns = line.strip().split(" +");
            if (columns[0].equals("Total")) {
                bytes = Long.parseLong(columns[BYTES]);
            } else if (columns.length > NAME && columns[NAME].equals(WIRING)) {
                wirings = Integer.parseInt(columns[INSTANCES]);
            } else if (columns.length > NAME && columns[NAME].startsWith("io.hotbay.")) {
                instances.merge(
                        columns[NAME].replaceAll(NUMBER, ""), Integer.parseInt(columns[INSTANCES]), Integer::sum);
            }
        }
        assertThat(bytes).as("bytes on the heap").isPositive();
        Matcher loaded = LOADED.matcher(jcmd(process, "VM.metaspace"));
        assertThat(loaded.find()).as("a number of classes").isTrue();
        return new HeapCensus(bytes, instances, wirings, Integer.parseInt(loaded.group(1)));
    }

    private static String jcmd(Process process, String... command) throws IOException, InterruptedException {
        Path program = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        List<String> words = new ArrayList<>(List.of(program.toString(), Long.toString(process.pid())));
        words.addAll(List.of(command));
        Process jcmd = new ProcessBuilder(words).redirectErrorStream(true).start();
        String output;
        try (InputStream out = jcmd.getInputStream()) {
            output = new String(out.readAllBytes(), StandardCharsets.UTF_8);
        }
        assertThat(jcmd.waitFor()).as(output).isZero();
        return output;
    }

    /** Fails if the heap is larger now than this one was, by more than what is tolerated. */
    void assertNotLessThan(HeapCensus now) {
        assertThat(now.bytes).as("bytes on the heap, %d before", bytes).isLessThan(bytes + TOLERATED_BYTES);
        assertThat(now.wirings).as("wirings of bundles").isLessThanOrEqualTo(wirings);
        assertThat(now.classes).as("classes, %d before", classes).isLessThan(classes + TOLERATED_CLASSES);
        Map<String, String> grown = new TreeMap<>();
        now.instances.forEach((name, count) -> {
            int before = instances.getOrDefault(name, 0);
            if (count > before + TOLERATED_INSTANCES) {
                grown.put(name, before + " -> " + count);
            }
        });
        assertThat(grown).as("classes with more instances than before").isEmpty();
    }
}
