// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import java.nio.LongBuffer;
import java.util.Arrays;

/**
 * The descriptors of one chain of a packed ring, copied: the buffer id, by which the chain is known, comes with the last of them
 * (virtio 1.x section 2.8.6), and no descriptor may be read twice.
 */
final class PackedChain {
    private static final int FIRST_CAPACITY = 16;

    private long[] addresses = new long[FIRST_CAPACITY];
    private long[] rests = new long[FIRST_CAPACITY];
    private int slots;

    void clear() {
        slots = 0;
    }

    void add(long address, long rest) {
        if (slots == rests.length) {
            addresses = Arrays.copyOf(addresses, 2 * slots);
            rests = Arrays.copyOf(rests, 2 * slots);
        }
        addresses[slots] = address;
        rests[slots] = rest;
        slots++;
    }

    /** Number of descriptors in the ring; those of an indirect table do not count. */
    int slots() {
        return slots;
    }

    long address(int slot) {
        return addresses[slot];
    }

    long rest(int slot) {
        return rests[slot];
    }

    /** The buffer id, 0 to 65535. */
    int id() {
        return PackedDescriptorRing.id(rests[slots - 1]);
    }

    /**
     * Puts the chain in flight.
     *
     * @param head by which it is known from now on: a checked {@link #id()}
     * @param indirect to read tables with, or null if the driver has not accepted the feature
     * @throws RingFault if it breaks the rules
     * @throws SegmentShortage if it has to wait
     */
    void collect(int head, ChainTable chains, IndirectTable indirect) {
        chains.begin(head);
        for (int slot = 0; slot < slots; slot++) {
            long rest = rests[slot];
            if (Descriptor.has(rest, PackedDescriptorRing.INDIRECT)) {
                if (slot != slots - 1) {
                    throw new RingFault("indirect descriptor with a next one");
                }
                collectTable(addresses[slot], Descriptor.length(rest), chains, indirect);
            } else {
                chains.add(addresses[slot], Descriptor.length(rest), Descriptor.has(rest, PackedDescriptorRing.WRITE));
            }
        }
        chains.end();
    }

    /** The entries of a packed ring's table follow each other; of their flags only WRITE counts (section 2.8.7). */
    private static void collectTable(long address, long length, ChainTable chains, IndirectTable indirect) {
        if (indirect == null) {
            throw new RingFault("indirect descriptor, but the driver has not accepted the feature");
        }
        indirect.open(address, length);
        LongBuffer table = indirect.longs();
        int first = indirect.first();
        for (int left = indirect.entries(); left > 0; left--) {
            long entryAddress = Descriptor.address(table, first);
            long rest = Descriptor.rest(table, first);
            chains.add(entryAddress, Descriptor.length(rest), Descriptor.has(rest, PackedDescriptorRing.WRITE));
            first += Descriptor.LONGS;
        }
    }
}
