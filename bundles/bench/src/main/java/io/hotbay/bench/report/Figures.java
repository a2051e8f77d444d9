// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.report;

/**
 * What a load saw in a span of time.
 *
 * @param start seconds since the measurement began
 * @param seconds how long it was
 * @param reads completed reads
 * @param writes completed writes
 * @param bytes read and written
 * @param errors requests that ended with a status other than OK
 * @param corrupt reads that brought other content than was written
 * @param latency of all requests
 */
public record Figures(
        double start, double seconds, long reads, long writes, long bytes, long errors, long corrupt, Latency latency) {
    private static final double MIB = 1 << 20;

    /** Requests a second. */
    public double iops() {
        return seconds == 0 ? 0 : (reads + writes) / seconds;
    }

    /** MiB a second. */
    public double mebibytes() {
        return seconds == 0 ? 0 : bytes / MIB / seconds;
    }

    /** When it ended, in seconds since the measurement began. */
    public double end() {
        return start + seconds;
    }
}
