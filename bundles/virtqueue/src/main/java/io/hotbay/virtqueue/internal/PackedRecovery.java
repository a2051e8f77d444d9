// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import java.lang.invoke.VarHandle;
import java.util.BitSet;

/**
 * Takes up what an earlier process left in a packed ring's in-flight region: everything is checked first, and written
 * afterwards. A process that dies in between leaves the region such that the next one finds the same.
 */
final class PackedRecovery {
    /**
     * Where a ring goes on.
     *
     * @param entries how those of the region hang together
     * @param chains first entries of those in flight, in the order in which they were taken
     * @param used position of the next used descriptor
     * @param available position of the first chain that was never taken
     * @param counter of the next chain to be taken
     */
    record Result(PackedEntries entries, int[] chains, int used, int available, long counter) {}

    private final PackedInFlightRegion region;
    private final PackedDescriptorRing ring;
    private final int size;
    private final Laps laps;

    private PackedEntries entries;

    PackedRecovery(PackedInFlightRegion region, PackedDescriptorRing ring, int size, Laps laps) {
        this.region = region;
        this.ring = ring;
        this.size = size;
        this.laps = laps;
    }

    /**
     * Recovers the ring.
     *
     * @param base where to start when the region tells nothing
     * @throws IllegalArgumentException if the region makes no sense, or the base does not when it is needed; the region is as
     *     before
     */
    Result run(int base) {
        int version = region.version();
        if (version == 0) {
            return initialize(base);
        }
        check(version == InFlightOrder.VERSION, "its version is " + version + ", known is " + InFlightOrder.VERSION);
        return takeUp(base);
    }

    private Result initialize(int base) {
        int available = laps.checked(base, "available");
        int used = laps.checked(base >>> 16, "used");
        laps.outstanding(used, available);
        entries = new PackedEntries(size, size);
        region.version(0);
        VarHandle.storeStoreFence();
        for (int entry = 0; entry < size; entry++) {
            region.inFlight(entry, false);
            region.next(entry, entry + 1);
        }
        region.entries(size);
        write(used);
        VarHandle.storeStoreFence();
        region.version(InFlightOrder.VERSION);
        return new Result(entries, new int[0], used, available, 0);
    }

    private Result takeUp(int base) {
        int count = region.entries();
        check(count >= size, "it has " + count + " entries for a ring of " + size);
        check(count <= region.room(), "it has " + count + " entries, but room for " + region.room());
        entries = new PackedEntries(count, size);
        long positions = region.positions();
        int current = position(
                PackedInFlightRegion.usedIndex(positions), PackedInFlightRegion.usedWrap(positions), "used position");
        int old = position(
                PackedInFlightRegion.oldUsedIndex(positions),
                PackedInFlightRegion.oldUsedWrap(positions),
                "old used position");
        // Without its own flags at the first of them, a batch was not published: it has not happened then.
        boolean published = current != old && !ring.isAvailable(old);
        int used = published ? current : old;
        entries.freeHead = published ? region.freeHead() : region.oldFreeHead();
        BitSet free = freeEntries(count);
        BitSet marked = marked(count);
        BitSet stale = (BitSet) marked.clone();
        stale.and(free);
        marked.andNot(free);
        int slots = readChains(marked, free);
        if (slots == 0 && base == PackedVirtqueue.FIRST_BASE && used != laps.decode(base) && ring.isNew()) {
            return initialize(base);
        }
        int available = laps.advance(used, slots);
        for (int i = 0; i < slots; i++) {
            int position = laps.advance(used, i);
            check(
                    ring.isOfLap(position),
                    slots + " descriptors are in flight, but slot " + laps.slot(position) + " was not made available");
        }
        int[] chains = InFlightOrder.sort(marked.stream().toArray(), region::counter);
        long counter = chains.length == 0 ? 0 : region.counter(chains[chains.length - 1]) + 1;
        commit(stale, used, slots);
        return new Result(entries, chains, used, available, counter);
    }

    private int position(int index, int wrap, String name) {
        check(index < size, "its " + name + " is slot " + index + " of a ring of " + size);
        check(wrap <= 1, "its " + name + " has the wrap counter " + wrap);
        return laps.position(index, wrap);
    }

    private BitSet freeEntries(int count) {
        BitSet free = new BitSet(count);
        int entry = entries.freeHead;
        while (entry != count) {
            check(entry < count, "its free list has entry " + entry + " of " + count);
            check(!free.get(entry), "its free list has entry " + entry + " twice");
            free.set(entry);
            entries.next[entry] = region.next(entry);
            entry = entries.next[entry];
        }
        return free;
    }

    private BitSet marked(int count) {
        BitSet marked = new BitSet(count);
        for (int entry = 0; entry < count; entry++) {
            int mark = region.inFlight(entry);
            check(mark <= 1, "entry " + entry + " has the mark " + mark);
            marked.set(entry, mark == 1);
        }
        return marked;
    }

    /** Reads the chains in flight, and returns how many entries they have. */
    private int readChains(BitSet firsts, BitSet free) {
        BitSet known = (BitSet) free.clone();
        BitSet heads = new BitSet(size);
        int slots = 0;
        for (int first = firsts.nextSetBit(0); first >= 0; first = firsts.nextSetBit(first + 1)) {
            slots += readChain(first, known);
            int head = PackedDescriptorRing.id(region.rest(entries.last[first]));
            check(head < size, "chain " + first + " has the buffer id " + head + " in a ring of " + size);
            check(!heads.get(head), "two chains have the buffer id " + head);
            heads.set(head);
            entries.head[first] = head;
            entries.first[head] = first;
        }
        int count = entries.count();
        check(known.cardinality() == count, "entry " + known.nextClearBit(0) + " is neither free nor in flight");
        check(slots <= size, slots + " descriptors are in flight in a ring of " + size);
        return slots;
    }

    private int readChain(int first, BitSet known) {
        int number = region.number(first);
        check(number > 0, "chain " + first + " has no entries");
        int count = entries.count();
        int entry = first;
        int last = first;
        for (int left = number; left > 0; left--) {
            check(entry < count, "chain " + first + " goes on at entry " + entry + " of " + count);
            check(!known.get(entry), "chain " + first + " goes on at entry " + entry + ", which is not its own");
            known.set(entry);
            last = entry;
            entries.next[entry] = region.next(entry);
            entry = entries.next[entry];
        }
        check(region.last(first) == last, "chain " + first + " ends at entry " + last + ", not " + region.last(first));
        entries.number[first] = number;
        entries.last[first] = last;
        return number;
    }

    private void commit(BitSet stale, int used, int slots) {
        stale.stream().forEach(entry -> region.inFlight(entry, false));
        for (int i = 0; i < slots; i++) {
            ring.takeBack(laps.advance(used, i));
        }
        VarHandle.storeStoreFence();
        write(used);
    }

    private void write(int used) {
        region.freeHead(entries.freeHead);
        region.oldFreeHead(entries.freeHead);
        VarHandle.storeStoreFence();
        region.positions(laps.slot(used), laps.wrap(used), laps.slot(used), laps.wrap(used));
    }

    private static void check(boolean sound, String fault) {
        if (!sound) {
            throw new IllegalArgumentException("in-flight region: " + fault);
        }
    }
}
