// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

/** Takes the durations of requests, on the thread of the load. What it does is added to the load's own time. */
@FunctionalInterface
public interface LatencyRecorder {
    /** Counts a duration in nanoseconds, not negative. */
    void count(long nanos);
}
