// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.GuestMemory;
import java.nio.ByteBuffer;

/**
 * The descriptor table of a split ring (virtio 1.x section 2.7.5): follows a chain from its head and hands its buffers to the
 * {@link ChainTable}. Every descriptor is read once, and the number of steps is bounded by the length of the table.
 */
final class SplitDescriptorTable {
    private final ByteBuffer buffer;
    private final int offset;
    private final int size;
    private final int mask;
    private final boolean indirectAllowed;
    private final ChainTable chains;
    private final IndirectTable indirect;

    SplitDescriptorTable(
            GuestMemory memory,
            long userAddress,
            int size,
            boolean indirectAllowed,
            ChainTable chains,
            IndirectTable indirect) {
        RingArea area =
                RingArea.of(memory, "descriptor table", userAddress, Descriptor.SIZE * size, Descriptor.ALIGNMENT);
        this.buffer = area.buffer();
        this.offset = area.offset();
        this.size = size;
        this.mask = size - 1;
        this.indirectAllowed = indirectAllowed;
        this.chains = chains;
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
        chains.begin(head);
        int next = head;
        for (int left = size; left > 0; left--) {
            // A load that faults leaves a stale register behind, so not even a checked index is used without the mask.
            int position = offset + Descriptor.SIZE * (next & mask);
            long address = Descriptor.address(buffer, position);
            long rest = Descriptor.rest(buffer, position);
            if (Descriptor.has(rest, Descriptor.INDIRECT)) {
                readIndirect(address, rest);
                chains.end();
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

    /** Reads a byte of a chain that may come next, so that it is there by then; what it is means nothing. */
    int touch(int head) {
        return buffer.get(offset + Descriptor.SIZE * (head & mask));
    }

    private void readIndirect(long address, long rest) {
        if (!indirectAllowed) {
            throw new RingFault("indirect descriptor, but the driver has not accepted the feature");
        }
        if (Descriptor.has(rest, Descriptor.NEXT)) {
            throw new RingFault("indirect descriptor with a next one");
        }
        indirect.open(address, Descriptor.length(rest));
        ByteBuffer table = indirect.buffer();
        int start = indirect.offset();
        int entries = indirect.entries();
        int next = 0;
        for (int left = entries; left > 0; left--) {
            int position = start + Descriptor.SIZE * next;
            long entryAddress = Descriptor.address(table, position);
            long entryRest = Descriptor.rest(table, position);
            if (Descriptor.has(entryRest, Descriptor.INDIRECT)) {
                throw new RingFault("indirect descriptor inside an indirect table");
            }
            chains.add(entryAddress, Descriptor.length(entryRest), Descriptor.has(entryRest, Descriptor.WRITE));
            if (!Descriptor.has(entryRest, Descriptor.NEXT)) {
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
