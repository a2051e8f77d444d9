// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import java.lang.invoke.VarHandle;
import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * Takes up what an earlier process left in a split ring's in-flight region: everything is checked first, and written
 * afterwards. A process that dies in between leaves the region such that the next one finds the same.
 */
final class SplitRecovery {
    private static final int INDEX_MASK = 0xffff;

    /**
     * Where a ring goes on.
     *
     * @param heads in flight, in the order in which they were taken
     * @param nextAvailable index of the first head that was never taken
     */
    record Result(int[] heads, int nextAvailable) {}

    private final SplitInFlightRegion region;
    private final int size;
    private final int used;
    private final int available;

    /**
     * For a ring.
     *
     * @param used index of its used ring
     * @param available index of its available ring
     */
    SplitRecovery(SplitInFlightRegion region, int size, int used, int available) {
        this.region = region;
        this.size = size;
        this.used = used;
        this.available = available;
    }

    /**
     * Recovers the ring.
     *
     * @param base where to start when the region tells nothing
     * @throws IllegalArgumentException if the region makes no sense; it is as before
     */
    Result run(int base) {
        int version = region.version();
        if (version == 0) {
            initialize();
            return new Result(new int[0], base);
        }
        check(version == InFlightOrder.VERSION, "its version is " + version + ", known is " + InFlightOrder.VERSION);
        return takeUp(base);
    }

    private void initialize() {
        for (int head = 0; head < size; head++) {
            region.inFlight(head, false);
        }
        region.entries(size);
        region.lastBatchHead(0);
        region.usedIndex(used);
        VarHandle.storeStoreFence();
        region.version(InFlightOrder.VERSION);
    }

    private Result takeUp(int base) {
        int entries = region.entries();
        check(entries >= size, "it has " + entries + " entries for a ring of " + size);
        check(entries <= region.room(), "it has " + entries + " entries, but room for " + region.room());
        BitSet marked = marked(entries);
        int batch = used - region.usedIndex() & INDEX_MASK;
        if (marked.isEmpty()) {
            region.usedIndex(used);
            return new Result(new int[0], batch > entries ? base : used);
        }
        BitSet published = published(entries, batch);
        marked.andNot(published);
        int[] heads = InFlightOrder.sort(marked.stream().toArray(), region::counter);
        int waiting = available - used & INDEX_MASK;
        check(
                heads.length <= waiting,
                heads.length + " requests are in flight, but " + waiting + " were made available");
        commit(published);
        return new Result(heads, used + heads.length & INDEX_MASK);
    }

    private BitSet marked(int entries) {
        BitSet marked = new BitSet(entries);
        for (int head = 0; head < entries; head++) {
            int mark = region.inFlight(head);
            check(mark <= 1, "entry " + head + " has the mark " + mark);
            check(mark == 0 || head < size, "entry " + head + " is in flight in a ring of " + size);
            marked.set(head, mark == 1);
        }
        return marked;
    }

    /** The heads that the driver has seen used, though the earlier process did not come to note it. */
    private BitSet published(int entries, int batch) {
        check(batch <= entries, "the used ring is " + batch + " ahead of it, and it has " + entries + " entries");
        BitSet published = new BitSet(entries);
        int head = region.lastBatchHead();
        check(head < entries, "its last batch begins at entry " + head + " of " + entries);
        for (int left = batch; left > 0; left--) {
            check(head < entries, "its last batch goes on at entry " + head + " of " + entries);
            check(!published.get(head), "its last batch has entry " + head + " twice");
            published.set(head);
            head = region.next(head);
        }
        return published;
    }

    private void commit(BitSet published) {
        IntStream heads = published.stream();
        heads.forEach(head -> region.inFlight(head, false));
        VarHandle.storeStoreFence();
        region.usedIndex(used);
    }

    private static void check(boolean sound, String fault) {
        if (!sound) {
            throw new IllegalArgumentException("in-flight region: " + fault);
        }
    }
}
