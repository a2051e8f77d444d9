// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import io.hotbay.linux.Cpus;
import io.hotbay.linux.LinuxException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How far the cores of load and target are from each other: the time that a cache line takes there and back. A host moves virtual
 * cores about, and requests that cost next to nothing are answered half as fast when they are far apart.
 */
final class CoreDistance {
    private static final int ROUNDS = 2000;
    private static final int WARM_UP = 500;
    /** Places of the two turns, cache lines apart. */
    private static final int THERE = 64;

    private static final int BACK = 128;
    private static final int LENGTH = 192;

    private static final VarHandle TURN = MethodHandles.arrayElementVarHandle(int[].class);

    private CoreDistance() {}

    /** Nanoseconds from the core of the calling thread to another and back. */
    static double nanos(int other) throws IOException {
        int[] turns = new int[LENGTH];
        LinuxException[] refused = new LinuxException[1];
        Thread answering = new Thread(() -> answer(turns, other, refused), "bench-distance");
        answering.setDaemon(true);
        answering.start();
        long start = 0;
        for (int round = 1; round <= ROUNDS; round++) {
            if (round == WARM_UP) {
                start = System.nanoTime();
            }
            TURN.setRelease(turns, THERE, round);
            while ((int) TURN.getAcquire(turns, BACK) != round) {
                if (!answering.isAlive() && (int) TURN.getAcquire(turns, BACK) != round) {
                    throw new IOException("core " + other + " does not answer", refused[0]);
                }
            }
        }
        return (System.nanoTime() - start) / (double) (ROUNDS + 1 - WARM_UP);
    }

    private static void answer(int[] turns, int core, LinuxException[] refused) {
        try {
            Cpus.pinCurrentThread(core);
        } catch (LinuxException e) {
            refused[0] = e;
            return;
        }
        for (int round = 1; round <= ROUNDS; round++) {
            while ((int) TURN.getAcquire(turns, THERE) != round) {
                Thread.onSpinWait();
            }
            TURN.setRelease(turns, BACK, round);
        }
    }
}
