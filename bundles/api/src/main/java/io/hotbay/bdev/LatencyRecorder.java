// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Notes how long the requests of one queue take, by type. Written by its reactor thread alone and without any barrier; readable on
 * any thread, as {@link IoCounters} are.
 */
final class LatencyRecorder {
    private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[][] counts = new long[BlockType.COUNT][LatencyHistogram.RANGES];
    private final long[] longest = new long[BlockType.COUNT];

    /** Notes that a number of requests took the same time. */
    void record(int type, long nanos, int requests) {
        long time = Math.min(Math.max(nanos, 0), LatencyHistogram.LONGEST);
        long[] ofType = counts[type];
        int range = LatencyHistogram.range(time);
        ELEMENT.setOpaque(ofType, range, ofType[range] + requests);
        if (time > longest[type]) {
            ELEMENT.setOpaque(longest, type, time);
        }
    }

    LatencyHistogram histogram(int type) {
        long[] copy = new long[LatencyHistogram.RANGES];
        for (int range = 0; range < copy.length; range++) {
            copy[range] = (long) ELEMENT.getOpaque(counts[type], range);
        }
        return new LatencyHistogram(copy, (long) ELEMENT.getOpaque(longest, type));
    }
}
