// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import java.io.IOException;
import java.util.List;

/** Processor time that a target takes while a front-end is attached that wants nothing. */
final class IdleMeasurement {
    /** The guest has been quiet for this long before the watch begins. */
    private static final int SETTLE_SECONDS = 1;

    private IdleMeasurement() {}

    static void measure(List<BenchTarget> targets, BenchOptions options, Results results) throws IOException {
        if (options.idleSeconds() == 0) {
            return;
        }
        for (BenchTarget target : targets) {
            try (FrontendSession session = FrontendProfile.QEMU_7_2.open(target.socket(BenchDisk.NULL))) {
                session.driver(0).read(0, BenchCase.BLOCK);
                pause(SETTLE_SECONDS);
                long start = System.nanoTime();
                long before = ProcStat.process(target.pid());
                pause(options.idleSeconds());
                double ticks = (System.nanoTime() - start) * 1e-9 * ProcStat.TICKS_PER_SECOND;
                double share = (ProcStat.process(target.pid()) - before) / ticks;
                results.figure(
                        "idle, front-end attached", target.name(), 100 * share, "% of a core", target.isOurs() ? 1 : 0);
            }
        }
    }

    private static void pause(int seconds) throws IOException {
        try {
            Thread.sleep(seconds * 1000L);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while an idle target was watched", interrupted);
        }
    }
}
