// SPDX-License-Identifier: Apache-2.0
package io.hotbay.target;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What the pauses during a swap, or a migration, add up to.
 *
 * @param rings queues that paused, each counted once
 * @param requests requests that were held
 * @param longestMicros the longest pause, in microseconds
 * @param end when the last one ended, in milliseconds since 1970; 0 when there was none
 */
public record PauseSum(int rings, int requests, long longestMicros, long end) {
    /** No pause at all. */
    public static final PauseSum NONE = new PauseSum(0, 0, 0, 0);

    /**
     * Adds up.
     *
     * @param controllers the pauses of each controller, one after the other
     */
    public static PauseSum of(Collection<List<Pause>> controllers) {
        int rings = 0;
        int requests = 0;
        long longest = 0;
        long end = 0;
        for (List<Pause> pauses : controllers) {
            // A controller's queues pause together, so those of the largest pause are all that did.
            rings += pauses.stream().mapToInt(Pause::rings).max().orElse(0);
            requests += pauses.stream().mapToInt(Pause::requests).sum();
            longest = Math.max(
                    longest, pauses.stream().mapToLong(Pause::micros).max().orElse(0));
            for (Pause pause : pauses) {
                end = Math.max(end, end(pause));
            }
        }
        return new PauseSum(rings, requests, longest, end);
    }

    /** When a pause ended, in milliseconds since 1970. */
    public static long end(Pause pause) {
        return pause.start() + TimeUnit.MICROSECONDS.toMillis(pause.micros());
    }
}
