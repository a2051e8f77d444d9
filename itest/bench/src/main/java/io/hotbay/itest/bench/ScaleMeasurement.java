// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import io.hotbay.frontend.LoadPattern;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** What a request costs when its reactor serves several queues or disks, against one of them, interleaved. */
final class ScaleMeasurement {
    /** Requests in flight on each queue. */
    private static final int DEPTH = 32;

    /** Most disks on the reactor. */
    static final int MOST_DISKS = 16;

    /** Flat, with what noise there is. */
    private static final double FLAT = 0.9;

    private ScaleMeasurement() {}

    /** Name of one of the disks that do nothing. */
    static String disk(int number) {
        return "null" + number;
    }

    static void queues(HotbayTarget target, BenchOptions options, Results results) throws IOException {
        for (int queues = 2; queues <= HotbayConfig.MOST_QUEUES; queues *= 2) {
            Path several = target.socket(disk(1));
            Path single = target.socket(disk(0));
            compare(queues + " queues", target, List.of(several), queues, single, options, results);
        }
    }

    static void disks(HotbayTarget target, BenchOptions options, Results results) throws IOException {
        for (int disks = 2; disks <= MOST_DISKS; disks *= 2) {
            List<Path> several = IntStream.rangeClosed(1, disks)
                    .mapToObj(number -> target.socket(disk(number)))
                    .toList();
            compare(disks + " disks", target, several, 1, target.socket(disk(0)), options, results);
        }
    }

    private static void compare(
            String name,
            HotbayTarget target,
            List<Path> several,
            int queues,
            Path single,
            BenchOptions options,
            Results results)
            throws IOException {
        LoadPattern pattern = LoadPattern.randomReads(DEPTH, BenchCase.BLOCK);
        try (DiskUnderLoad many = DiskUnderLoad.open(target, several, queues, false, options);
                DiskUnderLoad one = DiskUnderLoad.open(target, List.of(single), 1, false, options)) {
            many.prepare(pattern, options.warmUpMillis() * Pairs.NANOS_PER_MILLI);
            one.prepare(pattern, options.warmUpMillis() * Pairs.NANOS_PER_MILLI);
            results.pair(Pairs.measure(name + ", null read 32", options.judged(FLAT), many, one, options), name, "one");
        }
    }
}
