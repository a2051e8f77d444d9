// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import java.lang.invoke.VarHandle;

/**
 * Notes in a split ring's in-flight region which heads were taken and not yet answered, so that the next process knows when
 * this one is killed. Each step is one store or two; the order of the steps is what {@link SplitRecovery} relies on. Nothing is
 * read back: the front-end could have changed it.
 *
 * <p>Only the order of stores in the program matters, because a killed process leaves behind what it has stored. The fences keep the
 * compiler to it and cost nothing on x86.
 */
class SplitTracker {
    private final SplitInFlightRegion region;
    /** Heads completed since the used index was published. */
    private final int[] batch;

    private int batched;
    private int lastBatchHead;
    private long counter;

    /**
     * Goes on with a region that {@link SplitRecovery} has dealt with.
     *
     * @param counter of the next head to be taken
     */
    SplitTracker(SplitInFlightRegion region, int size, long counter) {
        this.region = region;
        this.counter = counter;
        batch = new int[size];
        lastBatchHead = region.lastBatchHead();
    }

    /**
     * Heads were fetched, and nobody has seen them yet: until then a head without a mark is just taken again. They are marked in the order in
     * which they were made available.
     */
    final void take(int[] heads, int number) {
        long next = counter;
        for (int i = 0; i < number; i++) {
            count(heads[i], next++);
        }
        counter = next;
        // Also behind the last step of publish(): a head may be one of those that were answered there.
        VarHandle.storeStoreFence();
        for (int i = 0; i < number; i++) {
            mark(heads[i]);
        }
    }

    /** The answer of a head is about to be written to the used ring. */
    final void complete(int head) {
        batch[batched++] = head;
    }

    /** The index of the used ring is about to be published. */
    final void prepare() {
        int last = lastBatchHead;
        for (int i = 0; i < batched; i++) {
            link(batch[i], last);
            last = batch[i];
        }
        lastBatchHead = last;
        VarHandle.storeStoreFence();
        beginBatch(last);
    }

    /** The index of the used ring was published, behind the answers of all heads completed. */
    final void publish(int usedIndex) {
        VarHandle.storeStoreFence();
        for (int i = 0; i < batched; i++) {
            unmark(batch[i]);
        }
        batched = 0;
        VarHandle.storeStoreFence();
        commit(usedIndex);
    }

    // ---- the steps, apart for the sake of tests that stop in between

    void count(int head, long number) {
        region.counter(head, number);
    }

    void mark(int head) {
        region.inFlight(head, true);
    }

    void link(int head, int next) {
        region.next(head, next);
    }

    void beginBatch(int head) {
        region.lastBatchHead(head);
    }

    void unmark(int head) {
        region.inFlight(head, false);
    }

    void commit(int usedIndex) {
        region.usedIndex(usedIndex);
    }
}
