// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import io.hotbay.target.Pause;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What the pauses during a swap add up to.
 *
 * @param rings queues that paused, each counted once
 * @param requests requests that were held
 * @param longestMicros the longest pause
 * @param end when the last one ended, in milliseconds since 1970; 0 when there was none
 */
record PauseSum(int rings, int requests, long longestMicros, long end) {
    /** @param controllers the pauses of each controller */
    static PauseSum of(Collection<List<Pause>> controllers) {
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
    static long end(Pause pause) {
        return pause.start() + TimeUnit.MICROSECONDS.toMillis(pause.micros());
    }
}
