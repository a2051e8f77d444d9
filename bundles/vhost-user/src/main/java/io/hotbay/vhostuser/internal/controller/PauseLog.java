// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import io.hotbay.target.Pause;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Measures how long rings stood still because something was replaced. Any thread. */
final class PauseLog {
    private static final int LENGTH = 64;

    private final Deque<Pause> pauses = new ArrayDeque<>();
    private Begun begun;

    /**
     * A pause that is not over.
     *
     * @param millis when it began, in milliseconds since 1970
     * @param nanos when it began, by this process's clock
     * @param rings number of rings that ran
     * @param cause what is being replaced
     */
    record Begun(long millis, long nanos, int rings, String cause) {
        static Begun now(int rings, String cause) {
            return new Begun(System.currentTimeMillis(), System.nanoTime(), rings, cause);
        }
    }

    /** Rings stand still from now on. One that lasts goes on, for its first cause. */
    synchronized void begin(Begun pause) {
        if (begun == null && pause.rings() > 0) {
            begun = pause;
        }
    }

    /** What has not ended, for a successor; null when there is nothing. */
    synchronized Begun current() {
        return begun;
    }

    /** Rings run again. */
    synchronized void end(int requests) {
        if (begun == null) {
            return;
        }
        long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begun.nanos());
        if (pauses.size() == LENGTH) {
            pauses.remove();
        }
        pauses.add(new Pause(begun.millis(), micros, begun.rings(), requests, begun.cause()));
        begun = null;
    }

    /** Those that are over, the oldest first. */
    synchronized List<Pause> all() {
        return List.copyOf(pauses);
    }
}
