// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import io.hotbay.target.TargetException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits for something that nobody tells about: looks often at first, then less often. */
final class Patience {
    private static final long FIRST_PAUSE_MILLIS = 1;
    private static final long LONGEST_PAUSE_MILLIS = 20;

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
        long pause = FIRST_PAUSE_MILLIS;
        while (!condition.holds()) {
            if (System.nanoTime() - start >= limit.toNanos()) {
                return false;
            }
            pause(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        }
        return true;
    }

    private static void pause(long millis) throws TargetException {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TargetException("interrupted: the target is being stopped", e);
        }
    }
}
