// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench.swaps;

import io.hotbay.frontend.SurvivingLoad.AnswerListener;
import java.util.ArrayList;
import java.util.List;

/**
 * How many requests were answered in each millisecond, and how long the slowest of them took. Written by the thread of the load;
 * read when that has ended.
 */
final class Timeline implements AnswerListener {
    private static final long SLOT_NANOS = 1_000_000;
    private static final long NANOS_PER_MICRO = 1000;
    private static final double SLOTS_PER_SECOND = 1000;
    /** Slots of a piece: small enough that making one is not seen among the latencies. */
    private static final int PIECE = 1 << 12;

    private final long origin;
    private final List<int[]> counts = new ArrayList<>();
    private final List<int[]> micros = new ArrayList<>();

    /** @param origin where it begins, by {@link System#nanoTime} */
    Timeline(long origin) {
        this.origin = origin;
    }

    @Override
    public void answered(long submittedNanos, long answeredNanos) {
        int slot = slot(answeredNanos);
        while (counts.size() <= slot / PIECE) {
            counts.add(new int[PIECE]);
            micros.add(new int[PIECE]);
        }
        counts.get(slot / PIECE)[slot % PIECE]++;
        int[] piece = micros.get(slot / PIECE);
        int took = (int) Math.min(Integer.MAX_VALUE, (answeredNanos - submittedNanos) / NANOS_PER_MICRO);
        piece[slot % PIECE] = Math.max(piece[slot % PIECE], took);
    }

    private int slot(long nanos) {
        return (int) Math.max(0, (nanos - origin) / SLOT_NANOS);
    }

    /** Milliseconds from the origin to a moment. */
    int millis(long nanos) {
        return slot(nanos);
    }

    /** Milliseconds from the origin to the last answer. */
    int length() {
        for (int slot = counts.size() * PIECE; slot > 0; slot--) {
            if (count(slot - 1) > 0) {
                return slot;
            }
        }
        return 0;
    }

    private int count(int slot) {
        return slot / PIECE < counts.size() ? counts.get(slot / PIECE)[slot % PIECE] : 0;
    }

    /** Microseconds that the slowest request took which was answered between two times, the second excluded. */
    int slowest(int fromMillis, int toMillis) {
        int slowest = 0;
        for (int slot = Math.max(0, fromMillis); slot < toMillis && slot / PIECE < micros.size(); slot++) {
            slowest = Math.max(slowest, micros.get(slot / PIECE)[slot % PIECE]);
        }
        return slowest;
    }

    /** Requests answered a second between two times. */
    double rate(int fromMillis, int toMillis) {
        long sum = 0;
        for (int slot = Math.max(0, fromMillis); slot < toMillis; slot++) {
            sum += count(slot);
        }
        return toMillis <= fromMillis ? 0 : sum * SLOTS_PER_SECOND / (toMillis - fromMillis);
    }
}
