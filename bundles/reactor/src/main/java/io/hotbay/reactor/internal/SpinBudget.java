// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor.internal;

/**
 * How long a reactor looks for work before it sleeps. It learns: work that came soon after the reactor had fallen asleep would have
 * been found by looking a little longer, and after a long sleep looking for long was in vain. Confined to the reactor's thread.
 */
final class SpinBudget {
    /** What it grows to from nothing. */
    private static final long FIRST_NANOS = 10_000;

    private final long least;
    private final long most;
    private long nanos;

    /**
     * Makes a budget that is at its least.
     *
     * @param most the longest; also the longest sleep that counts as short
     */
    SpinBudget(long least, long most) {
        this.least = least;
        this.most = most;
        nanos = least;
    }

    /** A budget that never changes. */
    static SpinBudget fixed(long nanos) {
        return new SpinBudget(nanos, nanos);
    }

    /** What it is now, in ns. */
    long nanos() {
        return nanos;
    }

    /** To be told of each sleep. */
    void slept(long duration) {
        nanos = duration <= most ? Math.min(most, Math.max(FIRST_NANOS, 2 * nanos)) : Math.max(least, nanos / 2);
    }
}
