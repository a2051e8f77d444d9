// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import io.hotbay.frontend.LoadSample;
import java.io.IOException;
import java.io.PrintStream;
import java.util.OptionalLong;

/** Bytes that a target's serving thread allocates for a request, over a million of them. */
final class AllocationMeasurement {
    private static final long REQUESTS = 1_000_000;
    private static final int DEPTH = 32;
    private static final long ROUND_NANOS = 100_000_000;

    private AllocationMeasurement() {}

    static void print(BenchTarget target, BenchOptions options, PrintStream out) throws IOException {
        if (target.allocatedBytes().isEmpty()) {
            out.println(target.name() + " does not tell what its serving thread allocates");
            return;
        }
        for (BenchDisk disk : options.disks()) {
            try (DiskUnderLoad load = DiskUnderLoad.open(target, disk, options)) {
                load.prepare(new BenchCase(disk, false, DEPTH, options.indirect()), ROUND_NANOS);
                OptionalLong before = target.allocatedBytes();
                long requests = 0;
                while (requests < REQUESTS) {
                    LoadSample sample = load.sample(ROUND_NANOS);
                    requests += sample.requests();
                }
                long bytes = target.allocatedBytes().orElseThrow() - before.orElseThrow();
                out.printf(
                        "%s %s: %d bytes allocated by the reactor over %d requests, %.3f each%n",
                        target.name(), disk.id(), bytes, requests, (double) bytes / requests);
            }
        }
    }
}
