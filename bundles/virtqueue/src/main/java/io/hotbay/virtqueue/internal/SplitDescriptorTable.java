// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.GuestMemory;
import java.nio.LongBuffer;

/**
 * The descriptor table of a split ring (virtio 1.x section 2.7.5): follows a chain from its head and hands its buffers to the
 * {@link ChainTable}. What counts of a descriptor is read once: a chain that turns out to be none of the short ones is read anew from the
 * beginning, and what was read before is forgotten. The number of steps is bounded by the length of the table.
 */
final class SplitDescriptorTable {
    private final LongBuffer table;
    private final int size;
    private final int mask;
    private final boolean indirectAllowed;
    private final ChainTable chains;
    private final Translation translation;
    private final IndirectTable indirect;

    SplitDescriptorTable(
            GuestMemory memory,
            long userAddress,
            int size,
            boolean indirectAllowed,
            ChainTable chains,
            Translation translation,
            IndirectTable indirect) {
        RingArea area =
                RingArea.of(memory, "descriptor table", userAddress, Descriptor.SIZE * size, Descriptor.ALIGNMENT);
        this.table = area.longs();
        this.size = size;
        this.mask = size - 1;
        this.indirectAllowed = indirectAllowed;
        this.chains = chains;
        this.translation = translation;
        this.indirect = indirect;
    }

    /**
     * Reads a chain.
     *
     * @param head below the size of the ring
     * @throws RingFault if it breaks the rules
     * @throws SegmentShortage if it has to wait
     */
    void read(int head) {
        if (!readThree(head, table, 0, size, head & mask)) {
            readAny(head);
        }
    }

    /**
     * Reads a chain as nearly all of them are: one buffer to read, one either way, and one to write, each in a window that is known
     * already, as a request with one piece of data has between its header and its status.
     *
     * @param longs where the table is
     * @param start the first long of the table
     * @param first the first descriptor, below {@code entries}
     * @return false if it is another chain: nothing has happened, and it is to be read from the beginning
     */
    private boolean readThree(int head, LongBuffer longs, int start, int entries, int first) {
        int position = start + Descriptor.LONGS * first;
        long header = Descriptor.rest(longs, position);
        long headerAddress = Descriptor.address(longs, position);
        int second = Descriptor.next(header);
        if (second >= entries) {
            return false;
        }
        position = start + Descriptor.LONGS * second;
        long data = Descriptor.rest(longs, position);
        long dataAddress = Descriptor.address(longs, position);
        int third = Descriptor.next(data);
        if (third >= entries) {
            return false;
        }
        position = start + Descriptor.LONGS * third;
        long status = Descriptor.rest(longs, position);
        long statusAddress = Descriptor.address(longs, position);
        if (!Descriptor.areHeaderDataStatus(header, data, status)) {
            return false;
        }
        Window headerWindow = translation.likely(headerAddress);
        Window dataWindow = translation.likely(dataAddress);
        Window statusWindow = translation.likely(statusAddress);
        long headerOffset = headerWindow.offset(headerAddress);
        long dataOffset = dataWindow.offset(dataAddress);
        long statusOffset = statusWindow.offset(statusAddress);
        long headerLength = Descriptor.length(header);
        long dataLength = Descriptor.length(data);
        long statusLength = Descriptor.length(status);
        if ((headerWindow.outside(headerOffset, headerLength)
                        | dataWindow.outside(dataOffset, dataLength)
                        | statusWindow.outside(statusOffset, statusLength))
                < 0) {
            return false;
        }
        chains.put(
                head,
                headerWindow.handle | headerOffset,
                headerLength,
                dataWindow.handle | dataOffset,
                dataLength,
                statusWindow.handle | statusOffset,
                statusLength,
                Descriptor.has(data, Descriptor.WRITE) ? 1 : 2);
        return true;
    }

    private void readAny(int head) {
        chains.begin(head);
        int next = head;
        for (int left = size; left > 0; left--) {
            // A load that faults leaves a stale register behind, whatever range the compiler believes in: a head is not
            // used without the mask. What follows is taken out of a long by a shift, which keeps it in its range.
            int position = Descriptor.LONGS * (next & mask);
            long address = Descriptor.address(table, position);
            long rest = Descriptor.rest(table, position);
            if (Descriptor.has(rest, Descriptor.INDIRECT)) {
                readIndirect(head, left == size, address, rest);
                return;
            }
            chains.add(address, Descriptor.length(rest), Descriptor.has(rest, Descriptor.WRITE));
            if (!Descriptor.has(rest, Descriptor.NEXT)) {
                chains.end();
                return;
            }
            next = Descriptor.next(rest);
            if (next >= size) {
                throw new RingFault("chain " + head + " goes on at descriptor " + next + " of " + size);
            }
        }
        throw new RingFault("chain " + head + " is a loop");
    }

    /** Reads something of a chain that may come next, so that it is there by then; what it is means nothing. */
    long touch(int head) {
        return table.get(Descriptor.LONGS * (head & mask));
    }

    private void readIndirect(int head, boolean whole, long address, long rest) {
        if (!indirectAllowed) {
            throw new RingFault("indirect descriptor, but the driver has not accepted the feature");
        }
        if (Descriptor.has(rest, Descriptor.NEXT)) {
            throw new RingFault("indirect descriptor with a next one");
        }
        indirect.open(address, Descriptor.length(rest));
        LongBuffer longs = indirect.longs();
        int start = indirect.first();
        int entries = indirect.entries();
        if (whole && readThree(head, longs, start, entries, 0)) {
            return;
        }
        int next = 0;
        for (int left = entries; left > 0; left--) {
            int position = start + Descriptor.LONGS * next;
            long entryAddress = Descriptor.address(longs, position);
            long entryRest = Descriptor.rest(longs, position);
            if (Descriptor.has(entryRest, Descriptor.INDIRECT)) {
                throw new RingFault("indirect descriptor inside an indirect table");
            }
            chains.add(entryAddress, Descriptor.length(entryRest), Descriptor.has(entryRest, Descriptor.WRITE));
            if (!Descriptor.has(entryRest, Descriptor.NEXT)) {
                chains.end();
                return;
            }
            next = Descriptor.next(entryRest);
            if (next >= entries) {
                throw new RingFault("indirect table goes on at descriptor " + next + " of " + entries);
            }
        }
        throw new RingFault("indirect table is a loop");
    }
}
