// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import java.lang.invoke.VarHandle;

/**
 * Sees to it that the next process knows, when this one is killed, which heads were taken and not yet answered. It takes those with a mark
 * in the split ring's in-flight region, and then goes on in the available ring where the used index and the number of marks together
 * tell. So heads need no marks while nothing was answered since they were taken, nor when they are answered in the order in which they were
 * taken and no other has a mark: that is what a bdev does that works at once. Otherwise they get their marks before the answers become visible.
 *
 * <p>Each step is one store or two; the order of the steps is what {@link SplitRecovery} relies on. Nothing is read back: the front-end
 * could have changed it. Only the order of stores in the program matters, because a killed process leaves behind what it has stored. The
 * fences keep the compiler to it and cost nothing on x86.
 */
class SplitTracker {
    private final SplitInFlightRegion region;

    /** Heads without a mark, in the order in which they were taken, from {@link #first} to {@link #end}. */
    private final int[] taken;

    private int first;
    private int end;

    /** Heads completed since the used index was published: so many of those without a mark, from the first one on. */
    private int inOrder;
    /** And the others. */
    private final int[] batch;

    private int batched;

    /** Heads with a mark, those of the batch among them. */
    private int marked;

    private int lastBatchHead;
    private long counter;

    /**
     * Goes on with a region that {@link SplitRecovery} has dealt with.
     *
     * @param marked heads that have a mark in it
     * @param counter of the next head to be marked
     */
    SplitTracker(SplitInFlightRegion region, int size, int marked, long counter) {
        this.region = region;
        this.marked = marked;
        this.counter = counter;
        taken = new int[2 * size];
        batch = new int[size];
        lastBatchHead = region.lastBatchHead();
    }

    /** Heads were fetched, in the order in which they were made available. */
    final void take(int[] heads, int number) {
        if (end + number > taken.length) {
            System.arraycopy(taken, first, taken, 0, end - first);
            end -= first;
            first = 0;
        }
        System.arraycopy(heads, 0, taken, end, number);
        end += number;
    }

    /** The answer of a head is about to be written to the used ring. */
    final void complete(int head) {
        int next = first + inOrder;
        if (next < end && taken[next] == head) {
            inOrder++;
        } else {
            batch[batched++] = head;
        }
    }

    /** The index of the used ring is about to be published. */
    final void prepare() {
        if (isPlain()) {
            return;
        }
        markAll();
        int last = lastBatchHead;
        for (int i = first; i < first + inOrder; i++) {
            link(taken[i], last);
            last = taken[i];
        }
        for (int i = 0; i < batched; i++) {
            link(batch[i], last);
            last = batch[i];
        }
        lastBatchHead = last;
        VarHandle.storeStoreFence();
        beginBatch(last);
    }

    private boolean isPlain() {
        return (marked | batched) == 0;
    }

    private void markAll() {
        long next = counter;
        for (int i = first; i < end; i++) {
            count(taken[i], next++);
        }
        counter = next;
        // Also behind the last step of publish(): a head may be one of those that were answered there.
        VarHandle.storeStoreFence();
        for (int i = first; i < end; i++) {
            mark(taken[i]);
        }
        marked += end - first;
    }

    /** The index of the used ring was published, behind the answers of all heads completed. */
    final void publish(int usedIndex) {
        VarHandle.storeStoreFence();
        if (isPlain()) {
            first += inOrder;
        } else {
            unmarkAll();
            marked -= inOrder + batched;
            batched = 0;
            first = end;
            VarHandle.storeStoreFence();
        }
        inOrder = 0;
        if (first == end) {
            first = 0;
            end = 0;
        }
        commit(usedIndex);
    }

    private void unmarkAll() {
        for (int i = first; i < first + inOrder; i++) {
            unmark(taken[i]);
        }
        for (int i = 0; i < batched; i++) {
            unmark(batch[i]);
        }
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
