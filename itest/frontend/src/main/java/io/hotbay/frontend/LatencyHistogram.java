// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.util.Arrays;

/**
 * Counts durations in buckets whose width grows with them: 16 buckets for each power of two, so a figure read from it is
 * less than 7 % off. Counting allocates nothing.
 */
public final class LatencyHistogram implements LatencyRecorder {
    private static final int SUB_BITS = 4;
    private static final int SUB = 1 << SUB_BITS;

    private final long[] counts = new long[(Long.SIZE - SUB_BITS) * SUB];
    private long total;

    @Override
    public void count(long nanos) {
        counts[bucket(nanos)]++;
        total++;
    }

    /** Forgets everything. */
    public void clear() {
        Arrays.fill(counts, 0);
        total = 0;
    }

    /** Adds what another one has counted. */
    public void add(LatencyHistogram other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
        total += other.total;
    }

    /** A copy that does not change any more with this one. */
    public LatencyHistogram copy() {
        LatencyHistogram copy = new LatencyHistogram();
        copy.add(this);
        return copy;
    }

    /** How many durations were counted. */
    public long total() {
        return total;
    }

    /** The duration in nanoseconds that a share of all, 0 to 1, does not exceed; 0 if nothing was counted. */
    public long percentile(double share) {
        long wanted = Math.max(1, (long) Math.ceil(share * total));
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= wanted) {
                return upperEnd(i);
            }
        }
        return 0;
    }

    private static int bucket(long nanos) {
        if (nanos < SUB) {
            return (int) Math.max(0, nanos);
        }
        int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos);
        int sub = (int) (nanos >>> exponent - SUB_BITS) & SUB - 1;
        return (exponent - SUB_BITS + 1) * SUB + sub;
    }

    private static long upperEnd(int bucket) {
        if (bucket < SUB) {
            return bucket;
        }
        int exponent = bucket / SUB + SUB_BITS - 1;
        long width = 1L << exponent - SUB_BITS;
        return (1L << exponent) + (bucket % SUB + 1) * width - 1;
    }
}
