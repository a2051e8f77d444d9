// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench.swaps;

/**
 * One swap.
 *
 * @param begin when it was asked for, by {@link System#nanoTime}
 * @param end when the product had told that it is over
 * @param report what the product tells of it
 * @param stolenMillis what the host took meanwhile from the core that lost most
 */
record SwapSample(SwapKind kind, long begin, long end, SwapTarget.Report report, long stolenMillis) {
    /** Requests that were held up by a swap may be answered a little after its end. */
    static final int AFTERMATH_MILLIS = 100;
    /** Window in which the throughput is counted. */
    private static final int RATE_MILLIS = 200;

    /** A tenth of what is allowed: less would not change the verdict. */
    private static final int TOLERATED = 10;

    /** Whether the host had a part in it that counts. */
    boolean isDisturbed() {
        return stolenMillis > kind.goalMillis() / TOLERATED;
    }

    /** Milliseconds that the slowest request took which was answered during the swap. */
    double stall(Timeline timeline) {
        return timeline.slowest(timeline.millis(begin), timeline.millis(end) + AFTERMATH_MILLIS) / 1000.0;
    }

    /** The same in a time of equal length before, to compare with. */
    double calm(Timeline timeline) {
        int from = timeline.millis(begin);
        return timeline.slowest(from - RATE_MILLIS, from) / 1000.0;
    }

    /** Milliseconds that the product measured. */
    double pause() {
        return report.pauseMicros() / 1000.0;
    }

    /** Throughput shortly before the next swap, as a share of that before this one. */
    double recovery(Timeline timeline, int intervalMillis) {
        int from = timeline.millis(begin);
        int next = timeline.millis(end) + intervalMillis;
        return timeline.rate(next - RATE_MILLIS, next) / timeline.rate(from - RATE_MILLIS, from);
    }
}
