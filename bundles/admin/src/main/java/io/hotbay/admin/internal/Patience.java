// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import io.hotbay.target.TargetException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits for something that nobody tells about: looks often at first, then less often. */
final class Patience {
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /** A look takes so much at most of the time of a core, which what is waited for may need. */
    private static final int SHARE = 5;

    /** Pause after a look that took long, for whatever reason. */
    private static final long ENOUGH_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** Something that may be so by now. */
    interface Condition {
        boolean holds() throws TargetException;
    }

    private final Duration limit;

    Patience(Duration limit) {
        this.limit = limit;
    }

    /** The time to wait at most, for messages. */
    String text() {
        return limit.toSeconds() + " s";
    }

    /** Whether the condition came to hold within the time. */
    boolean until(Condition condition) throws TargetException {
        long start = System.nanoTime();
        long pause = FIRST_PAUSE_NANOS;
        long look = start;
        while (!condition.holds()) {
            long now = System.nanoTime();
            if (now - start >= limit.toNanos()) {
                return false;
            }
            pause(Math.max(pause, Math.min(SHARE * (now - look), ENOUGH_NANOS)));
            pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
            look = System.nanoTime();
        }
        return true;
    }

    private static void pause(long nanos) throws TargetException {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TargetException("interrupted: the target is being stopped", e);
        }
    }
}
