// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Adds up how long a reactor has been in each phase. One thread writes, a few times in a thousand rounds; any thread reads a
 * consistent picture without stopping it: the version is odd while a change is under way, and a reader that saw
 * it move reads again.
 */
final class PhaseClock {
    enum Phase {
        BUSY,
        SPIN,
        SLEEP
    }

    /** Time spent in each phase up to the moment of reading, and the wakes so far. */
    record Reading(long busy, long spin, long sleep, long wakeUps) {}

    private static final VarHandle VERSION;

    static {
        try {
            VERSION = MethodHandles.lookup().findVarHandle(PhaseClock.class, "version", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private long version;
    private Phase phase = Phase.SPIN;
    private long since;
    private long busy;
    private long spin;
    private long sleep;
    private long wakeUps;

    PhaseClock(long now) {
        since = now;
    }

    /** The writer's own view. */
    Phase phase() {
        return phase;
    }

    /** Accounts for the time since the last call and goes on in a phase, which may be the same. The reactor's thread. */
    void enter(Phase next, long now) {
        long stable = version;
        VERSION.setOpaque(this, stable + 1);
        VarHandle.storeStoreFence();
        switch (phase) {
            case BUSY -> busy += now - since;
            case SPIN -> spin += now - since;
            case SLEEP -> {
                sleep += now - since;
                wakeUps += next == Phase.SLEEP ? 0 : 1;
            }
        }
        phase = next;
        since = now;
        VERSION.setRelease(this, stable + 2);
    }

    /** Any thread. */
    Reading read() {
        while (true) {
            long before = (long) VERSION.getAcquire(this);
            long now = System.nanoTime();
            Reading reading = at(now);
            VarHandle.loadLoadFence();
            if ((before & 1) == 0 && (long) VERSION.getOpaque(this) == before) {
                return reading;
            }
            Thread.onSpinWait();
        }
    }

    private Reading at(long now) {
        long running = now - since;
        Phase current = phase;
        return new Reading(
                busy + (current == Phase.BUSY ? running : 0),
                spin + (current == Phase.SPIN ? running : 0),
                sleep + (current == Phase.SLEEP ? running : 0),
                wakeUps);
    }
}
