// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import io.hotbay.frontend.BlockQueue;
import io.hotbay.frontend.BlockRequestType;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.LatencyHistogram;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** How long a single request takes that finds the target asleep, with a driver that sleeps until it is signalled. */
final class WakeMeasurement {
    /** So many that the target is warm for most of them. */
    private static final int REQUESTS = 2000;
    /** Longer than any target goes on polling. */
    private static final long PAUSE_NANOS = 10_000_000;

    private WakeMeasurement() {}

    static void measure(List<BenchTarget> targets, Results results) throws IOException {
        for (BenchTarget target : targets) {
            LatencyHistogram latency = new LatencyHistogram();
            try (FrontendSession session = FrontendProfile.QEMU_7_2.open(target.socket(BenchDisk.NULL))) {
                BlockQueue blocks = session.queues().get(0).blocks();
                long data = session.memory().allocate(BenchCase.BLOCK, BenchCase.BLOCK);
                for (int i = 0; i < REQUESTS; i++) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                    long start = System.nanoTime();
                    blocks.submit(BlockRequestType.IN, 0, data, BenchCase.BLOCK);
                    blocks.flush();
                    blocks.await();
                    latency.count(System.nanoTime() - start);
                }
            }
            results.figure(
                    "request that wakes the target, median", target.name(), latency.percentile(0.5) / 1e3, "us", 0);
            results.figure(
                    "request that wakes the target, p99", target.name(), latency.percentile(0.99) / 1e3, "us", 0);
        }
    }
}
