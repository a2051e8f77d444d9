// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench.swaps;

import io.hotbay.itest.bench.ProcStat;
import java.io.IOException;

/** Time in which the host ran something else on a core that had work to do: nobody here could have answered a request. */
final class StolenTime {
    private static final int MILLIS_PER_TICK = 1000 / ProcStat.TICKS_PER_SECOND;

    private final long[] start;

    /** Begins now. */
    StolenTime() throws IOException {
        start = ProcStat.stolen();
    }

    /** Milliseconds that were taken from the core that lost most; known to 10 ms. */
    long millis() throws IOException {
        return most(start, ProcStat.stolen()) * MILLIS_PER_TICK;
    }

    static long most(long[] before, long[] after) {
        long most = 0;
        for (int core = 0; core < Math.min(before.length, after.length); core++) {
            most = Math.max(most, after[core] - before[core]);
        }
        return most;
    }
}
