// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor;

/**
 * What a reactor has been doing since it started. Times are in nanoseconds and disjoint: their sum is the reactor's age.
 *
 * @param busyNanos in rounds in which some poller found work
 * @param spinNanos in rounds without work, looking for some
 * @param sleepNanos asleep
 * @param rounds rounds over all pollers
 * @param wakeUps times it woke from sleep
 * @param cpuNanos processor time of its thread
 * @param allocatedBytes bytes its thread has allocated, or -1 when the JVM does not tell
 */
public record ReactorStatistics(
        long busyNanos,
        long spinNanos,
        long sleepNanos,
        long rounds,
        long wakeUps,
        long cpuNanos,
        long allocatedBytes) {}
