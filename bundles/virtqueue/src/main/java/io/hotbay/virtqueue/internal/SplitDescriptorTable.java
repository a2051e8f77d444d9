// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.GuestMemory;
import java.nio.ByteBuffer;

/**
 * The descriptor table of a split ring (virtio 1.x section 2.7.5): follows a chain from its head and hands its buffers to the
 * {@link ChainTable}. What counts of a descriptor is read once: a chain that turns out to be none of the short ones is read anew from the
 * beginning, and what was read before is forgotten. The number of steps is bounded by the length of the table.
 */
final class SplitDescriptorTable {
    /** Mask of the positions in a table of any length. */
    private static final int ALL = -1;

    private final ByteBuffer buffer;
    private final int offset;
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
        this.buffer = area.buffer();
        this.offset = area.offset();
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
        if (!readShort(head, buffer, offset, mask, size, head)) {
            readAny(head);
        }
    }

    /**
     * Reads a chain as nearly all of them are: of a few buffers, each in a window that is known already. All its state is in
     * registers.
     *
     * @param table where descriptors are read, from {@code start} on
     * @param first the first descriptor
     * @return false if it is another chain: nothing has happened, and it is to be read from the beginning
     */
    private boolean readShort(int head, ByteBuffer table, int start, int positions, int entries, int first) {
        int readable = 0;
        int next = first;
        for (int segment = 0; segment < ChainTable.INLINE; segment++) {
            int position = start + Descriptor.SIZE * (next & positions);
            long rest = Descriptor.rest(table, position);
            long length = Descriptor.length(rest);
            long handle = translation.known(Descriptor.address(table, position), length);
            boolean writable = Descriptor.has(rest, Descriptor.WRITE);
            if (handle == GuestMemory.NONE
                    || length == 0
                    || Descriptor.has(rest, Descriptor.INDIRECT)
                    || !writable && readable != segment) {
                return false;
            }
            chains.putShort(head, segment, handle, (int) length);
            if (!writable) {
                readable = segment + 1;
            }
            if (!Descriptor.has(rest, Descriptor.NEXT)) {
                chains.endShort(head, segment + 1, readable);
                return true;
            }
            next = Descriptor.next(rest);
            if (next >= entries) {
                return false;
            }
        }
        return false;
    }

    private void readAny(int head) {
        chains.begin(head);
        int next = head;
        for (int left = size; left > 0; left--) {
            // A load that faults leaves a stale register behind, so not even a checked index is used without the mask.
            int position = offset + Descriptor.SIZE * (next & mask);
            long address = Descriptor.address(buffer, position);
            long rest = Descriptor.rest(buffer, position);
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

    /** Reads a byte of a chain that may come next, so that it is there by then; what it is means nothing. */
    int touch(int head) {
        return buffer.get(offset + Descriptor.SIZE * (head & mask));
    }

    private void readIndirect(int head, boolean whole, long address, long rest) {
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
        if (whole && readShort(head, table, start, ALL, entries, 0)) {
            return;
        }
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
