// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import java.io.IOException;

/**
 * Tells whether target and load had their cores to themselves during a sample. A tick is 10 ms, so a sample of 0.3 s is
 * known to about 3 %.
 */
final class CoreWatch {
    private final int targetCore;
    private final int loadCore;
    private final long targetPid;
    private final long loadPid = ProcessHandle.current().pid();

    private long start;
    private ProcStat.Core targetStart;
    private ProcStat.Core loadStart;
    private long targetProcessStart;
    private long loadProcessStart;

    CoreWatch(int targetCore, int loadCore, long targetPid) {
        this.targetCore = targetCore;
        this.loadCore = loadCore;
        this.targetPid = targetPid;
    }

    void begin() throws IOException {
        start = System.nanoTime();
        targetStart = ProcStat.core(targetCore);
        loadStart = ProcStat.core(loadCore);
        targetProcessStart = ProcStat.process(targetPid);
        loadProcessStart = ProcStat.process(loadPid);
    }

    /** The larger share of the two cores that was not the sample's own since {@link #begin}. */
    double disturbance() throws IOException {
        double ticks = (System.nanoTime() - start) * 1e-9 * ProcStat.TICKS_PER_SECOND;
        ProcStat.Core target = ProcStat.core(targetCore);
        ProcStat.Core load = ProcStat.core(loadCore);
        double atTarget = foreign(targetStart, target, ProcStat.process(targetPid) - targetProcessStart) / ticks;
        double atLoad = foreign(loadStart, load, ProcStat.process(loadPid) - loadProcessStart) / ticks;
        return Math.max(atTarget, atLoad);
    }

    private static double foreign(ProcStat.Core before, ProcStat.Core after, long own) {
        long others = Math.max(0, after.busy() - before.busy() - own);
        return others + (double) (after.stolen() - before.stolen());
    }
}
