// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

import java.util.Arrays;

/**
 * How long requests took, up to one moment: a count for each range of times. Ranges are 1 ns wide up to 63 ns and grow with the time
 * from there on, so that a figure is never off by more than 3.2 %; what took longer than {@link #LONGEST} counts as that long.
 * Immutable.
 */
public final class LatencyHistogram {
    /** Longest time that is told from longer ones, in nanoseconds: more than an hour. */
    public static final long LONGEST = (1L << 42) - 1;

    /** Nothing was measured. */
    public static final LatencyHistogram EMPTY = new LatencyHistogram(new long[0], 0);

    /** Each power of two is divided in 2 to the power of this many ranges. */
    private static final int RANGE_BITS = 5;

    /** Number of ranges. */
    static final int RANGES = range(LONGEST) + 1;

    private final long[] counts;
    private final long longest;
    private final long count;

    /**
     * Makes one.
     *
     * @param counts number of requests in each range, or empty
     * @param longest longest time in nanoseconds
     */
    LatencyHistogram(long[] counts, long longest) {
        this.counts = counts;
        this.longest = longest;
        this.count = Arrays.stream(counts).sum();
    }

    /** The range a time of 0 to {@link #LONGEST} nanoseconds falls in. */
    static int range(long nanos) {
        int shift = Math.max(0, Long.SIZE - 1 - RANGE_BITS - Long.numberOfLeadingZeros(nanos));
        return (shift << RANGE_BITS) + (int) (nanos >>> shift);
    }

    /** The longest time of a range, in nanoseconds. */
    static long end(int range) {
        int shift = Math.max(0, (range >>> RANGE_BITS) - 1);
        return (range - ((long) shift << RANGE_BITS) + 1 << shift) - 1;
    }

    /** Number of requests measured. */
    public long count() {
        return count;
    }

    /** The longest time, in nanoseconds; 0 when nothing was measured. */
    public long longest() {
        return longest;
    }

    /**
     * The time within which a part of the requests was done.
     *
     * @param percent of the requests, above 0 and at most 100
     * @return nanoseconds; 0 when nothing was measured
     */
    public long percentile(double percent) {
        long wanted = Math.max(1, (long) Math.ceil(count * percent / 100));
        long passed = 0;
        for (int range = 0; range < counts.length; range++) {
            passed += counts[range];
            if (passed >= wanted) {
                return Math.min(end(range), longest);
            }
        }
        return longest;
    }

    /**
     * Number of requests that took no longer than a time, as far as the ranges tell.
     *
     * @param nanos the time
     */
    public long countUpTo(long nanos) {
        long sum = 0;
        for (int range = 0; range < counts.length && end(range) <= nanos; range++) {
            sum += counts[range];
        }
        return nanos >= longest ? count : sum;
    }

    /** The requests of both. */
    public LatencyHistogram plus(LatencyHistogram other) {
        if (other.count == 0) {
            return this;
        }
        if (count == 0) {
            return other;
        }
        long[] sum = counts.clone();
        for (int range = 0; range < RANGES; range++) {
            sum[range] += other.counts[range];
        }
        return new LatencyHistogram(sum, Math.max(longest, other.longest));
    }

    /**
     * What was added since an earlier moment. The longest time of the difference is known as exactly as the ranges are wide.
     *
     * @param earlier of the same queues
     */
    public LatencyHistogram minus(LatencyHistogram earlier) {
        if (earlier.count == 0) {
            return this;
        }
        long[] difference = counts.clone();
        int last = -1;
        for (int range = 0; range < difference.length; range++) {
            // never below zero: a queue may have been given up in between
            difference[range] = Math.max(0, difference[range] - earlier.counts[range]);
            last = difference[range] > 0 ? range : last;
        }
        return last < 0 ? EMPTY : new LatencyHistogram(difference, Math.min(end(last), longest));
    }
}
