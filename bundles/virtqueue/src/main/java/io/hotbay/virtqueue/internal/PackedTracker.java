// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import java.lang.invoke.VarHandle;

/**
 * Notes in a packed ring's in-flight region which chains were taken and not yet answered, with a copy of their descriptors, because
 * the answers of others may be written over them. A chain is taken when the old free head moves, and answered when the driver sees the flags
 * of its batch: {@link PackedRecovery} relies on the order of the steps. As in {@link SplitTracker}, nothing but the order of
 * stores in the program matters.
 */
class PackedTracker {
    private final PackedInFlightRegion region;
    private final Laps laps;
    private final PackedEntries entries;
    /** First entries of the chains completed since the last batch was published. */
    private final int[] batch;

    private int batched;
    private long counter;
    private int used;
    private int published;

    /**
     * Goes on with a region that {@link PackedRecovery} has dealt with.
     *
     * @param used position of the next used descriptor
     * @param counter of the next chain to be taken
     */
    PackedTracker(PackedInFlightRegion region, Laps laps, PackedEntries entries, int size, int used, long counter) {
        this.region = region;
        this.laps = laps;
        this.entries = entries;
        this.used = used;
        this.published = used;
        this.counter = counter;
        batch = new int[size];
    }

    /** A chain was fetched. */
    final void take(int head, PackedChain chain) {
        int first = entries.freeHead;
        int last = first;
        int next = first;
        for (int slot = 0; slot < chain.slots(); slot++) {
            describe(next, chain.address(slot), chain.rest(slot));
            last = next;
            next = entries.next[next];
        }
        entries.head[first] = head;
        entries.first[head] = first;
        entries.last[first] = last;
        entries.number[first] = chain.slots();
        entries.freeHead = next;
        number(first);
        VarHandle.storeStoreFence();
        mark(first);
        VarHandle.storeStoreFence();
        moveFreeHead(next);
        VarHandle.storeStoreFence();
        commitFreeHead(next);
    }

    /** Copies a chain that an earlier process had taken. What it holds is to be checked as if it came from the ring. */
    final void read(int first, PackedChain chain) {
        chain.clear();
        int entry = first;
        for (int left = entries.number[first]; left > 0; left--) {
            chain.add(region.address(entry), region.rest(entry));
            entry = entries.next[entry];
        }
    }

    /** The buffer id of a chain by its first entry. */
    final int head(int first) {
        return entries.head[first];
    }

    /** The answer of a chain was written and is not yet visible. */
    final void complete(int head) {
        batch[batched++] = entries.first[head];
    }

    /** All chains completed are about to become visible. */
    final void prepare() {
        for (int i = 0; i < batched; i++) {
            int first = batch[i];
            link(entries.last[first], entries.freeHead);
            moveFreeHead(first);
            entries.next[entries.last[first]] = entries.freeHead;
            entries.freeHead = first;
            used = laps.advance(used, entries.number[first]);
        }
        moveUsed(used, published);
    }

    /** They are visible. */
    final void publish() {
        VarHandle.storeStoreFence();
        for (int i = 0; i < batched; i++) {
            unmark(batch[i]);
        }
        batched = 0;
        published = used;
        VarHandle.storeStoreFence();
        commitFreeHead(entries.freeHead);
        VarHandle.storeStoreFence();
        commitUsed(used);
    }

    // ---- the steps, apart for the sake of tests that stop in between

    void describe(int entry, long address, long rest) {
        region.descriptor(entry, address, rest);
    }

    void number(int first) {
        region.number(first, entries.number[first]);
        region.last(first, entries.last[first]);
        region.counter(first, counter++);
    }

    void mark(int first) {
        region.inFlight(first, true);
    }

    void moveFreeHead(int entry) {
        region.freeHead(entry);
    }

    void commitFreeHead(int entry) {
        region.oldFreeHead(entry);
    }

    void link(int last, int next) {
        region.next(last, next);
    }

    void moveUsed(int position, int oldPosition) {
        region.positions(laps.slot(position), laps.wrap(position), laps.slot(oldPosition), laps.wrap(oldPosition));
    }

    void unmark(int first) {
        region.inFlight(first, false);
    }

    void commitUsed(int position) {
        moveUsed(position, position);
    }
}
