// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy;

/**
 * A bundle that was updated, installed, or stopped and started again, or the process that was replaced.
 *
 * @param start when it began, in milliseconds since 1970
 * @param bundle symbolic name, or {@link #PROCESS}
 * @param from version before; empty when it was installed, or not known
 * @param to version asked for
 * @param millis how long it took until all that worked before worked again, or was given up
 * @param rings queues of connected front-ends that paused; one that paused more than once counts once
 * @param requests requests that waited
 * @param longestPauseMicros the longest pause of a controller, in microseconds
 * @param outcome how it ended
 * @param reason why it failed or was rolled back, in one line; otherwise empty
 */
public record Swap(
        long start,
        String bundle,
        String from,
        String to,
        long millis,
        int rings,
        int requests,
        long longestPauseMicros,
        Outcome outcome,
        String reason) {
    /** Stands for the symbolic name when a whole process took another one's place. */
    public static final String PROCESS = "process";

    /** How a swap ended. */
    public enum Outcome {
        /** Everything that worked before works again. */
        DONE,
        /** The new content is in place, but something does not work. */
        FAILED,
        /** The previous content is in place again. */
        ROLLED_BACK,
        /** It has not ended yet. */
        UNDER_WAY
    }
}
