// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.ring;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Holds calls of a busy ring back, so that several completions share one. As SPDK does it: completions are counted over windows of
 * 10 ms; where there were more than the threshold allows, calls in the next window are at least
 * {@code base * (count - threshold) / threshold} apart. No call is held back beyond the end of its window. Used by one thread.
 */
final class CallCoalescing {
    private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int WINDOWS_PER_SECOND = 100;

    private final long baseNanos;
    private final int threshold;
    private final LongSupplier clock;

    private long windowEnd;
    private int counted;
    /** How far apart calls are in this window. */
    private long distance;
    /** Before this time no call is made. */
    private long next;

    private boolean holding;

    /**
     * Begins with a window in which nothing is held back.
     *
     * @param completed number of requests the ring has completed so far
     * @param clock nanoseconds
     */
    CallCoalescing(RingTuning tuning, int completed, LongSupplier clock) {
        baseNanos = TimeUnit.MICROSECONDS.toNanos(tuning.delayBaseMicros());
        threshold = tuning.iopsThreshold() / WINDOWS_PER_SECOND;
        this.clock = clock;
        counted = completed;
        next = clock.getAsLong();
        windowEnd = next + WINDOW_NANOS;
    }

    /**
     * Whether to call now.
     *
     * @param wanted whether the driver wants to be called since the last time
     * @param completed number of requests the ring has completed so far, in 32 bits
     */
    boolean isDue(boolean wanted, int completed) {
        if (!wanted && !holding) {
            return false;
        }
        long now = clock.getAsLong();
        if (now - windowEnd >= 0) {
            beginWindow(completed, now);
        }
        holding = now - next < 0;
        if (!holding) {
            next = now + distance;
        }
        return !holding;
    }

    private void beginWindow(int completed, long now) {
        long above = Math.max(0, completed - counted - threshold);
        counted = completed;
        distance = baseNanos * above / threshold;
        next = now;
        windowEnd = now + WINDOW_NANOS;
    }

    /** Whether a call was held back, which is to be made now. */
    boolean release() {
        boolean held = holding;
        holding = false;
        return held;
    }

    /** Nanoseconds until a call that is held back is due; {@link Long#MAX_VALUE} when there is none. */
    long remaining() {
        if (!holding) {
            return Long.MAX_VALUE;
        }
        long now = clock.getAsLong();
        return Math.min(next - now, windowEnd - now);
    }
}
