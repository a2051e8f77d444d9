// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import io.hotbay.frontend.LoadPattern;
import java.io.IOException;

/** What in-flight tracking, event idx and latency histograms cost together, against a disk without any of them, interleaved. */
final class FeatureMeasurement {
    /** The twin of {@link BenchDisk#MALLOC}. */
    static final String PLAIN_MEMORY = "plain0";

    private static final int DEPTH = 32;

    /** Less than a tenth. */
    private static final double GOAL = 0.9;

    private FeatureMeasurement() {}

    static void measure(HotbayTarget target, BenchOptions options, Results results) throws IOException {
        results.heading("all features", "none");
        compare("null", target, ScaleMeasurement.disk(1), ScaleMeasurement.disk(0), options, results);
        compare("malloc", target, BenchDisk.MALLOC.id(), PLAIN_MEMORY, options, results);
    }

    private static void compare(
            String backend, HotbayTarget target, String full, String plain, BenchOptions options, Results results)
            throws IOException {
        LoadPattern pattern = LoadPattern.randomReads(DEPTH, BenchCase.BLOCK);
        target.measureLatency(full, true);
        try (DiskUnderLoad first = DiskUnderLoad.open(target, target.socket(full), options);
                DiskUnderLoad second = DiskUnderLoad.openPlain(target, target.socket(plain), options)) {
            first.prepare(pattern, options.warmUpMillis() * Pairs.NANOS_PER_MILLI);
            second.prepare(pattern, options.warmUpMillis() * Pairs.NANOS_PER_MILLI);
            String name = "features, " + backend + " read " + DEPTH;
            results.pair(
                    Pairs.measure(name, options.judged(GOAL), first, second, options), "all features", "none of them");
        } finally {
            target.measureLatency(full, false);
        }
    }
}
