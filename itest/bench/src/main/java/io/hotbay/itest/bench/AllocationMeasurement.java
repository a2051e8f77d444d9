// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import io.hotbay.frontend.LoadSample;
import java.io.IOException;

/** Bytes that a target's serving thread allocates for a request, over a million of them. */
final class AllocationMeasurement {
    private static final long REQUESTS = 1_000_000;
    private static final int DEPTH = 32;
    private static final long ROUND_NANOS = 100_000_000;

    private AllocationMeasurement() {}

    static void measure(HotbayTarget target, BenchOptions options, Results results) throws IOException {
        for (BenchDisk disk : options.disks()) {
            try (DiskUnderLoad load = DiskUnderLoad.open(target, disk, options)) {
                load.prepare(new BenchCase(disk, false, DEPTH, options.indirect()).pattern(), ROUND_NANOS);
                long before = target.allocatedBytes();
                long requests = 0;
                while (requests < REQUESTS) {
                    LoadSample sample = load.sample(ROUND_NANOS);
                    requests += sample.requests();
                }
                long bytes = target.allocatedBytes() - before;
                // What remains is the answer to reactor:list and the poll loop's own accounts, not the requests'.
                results.figure(
                        "allocated for a request, " + disk.label(),
                        target.name(),
                        (double) bytes / requests,
                        "bytes",
                        1);
            }
        }
    }
}
