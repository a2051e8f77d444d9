// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.GuestMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;

/**
 * A table of descriptors that one descriptor of a ring refers to (virtio 1.x section 2.7.5.3): finds it and checks its
 * length. One instance serves a ring; {@link #open} moves it to another table.
 */
final class IndirectTable {
    /**
     * Entries of a table when the ring is smaller. The specification's limit is the size of the ring, which drivers with
     * small rings are known to exceed.
     */
    static final int LEAST_LIMIT = 1024;

    private final Translation translation;
    private final int limit;
    /** For tables that cross windows or are not aligned: what they hold, in one piece. */
    private ByteBuffer copy;

    private LongBuffer copied;

    private LongBuffer longs;
    private int first;
    private int entries;

    IndirectTable(int ringSize, Translation translation) {
        this.translation = translation;
        limit = Math.max(ringSize, LEAST_LIMIT);
    }

    /**
     * Goes to a table.
     *
     * @param length bytes, 0 to 2^32 - 1
     * @throws RingFault if the length is not allowed or the table is not in guest memory
     */
    void open(long address, long length) {
        if (length == 0 || (length & Descriptor.SIZE - 1) != 0 || length > (long) limit * Descriptor.SIZE) {
            throw new RingFault("indirect table at 0x" + Long.toHexString(address) + " has " + length
                    + " bytes: must be a multiple of " + Descriptor.SIZE + " up to " + limit * Descriptor.SIZE);
        }
        entries = (int) (length / Descriptor.SIZE);
        long handle = translation.find(address, length);
        if (handle == GuestMemory.NONE || (handle & Long.BYTES - 1) != 0) {
            copy(address, (int) length);
            return;
        }
        longs = translation.window(handle).longs;
        first = GuestMemory.offsetOf(handle) / Long.BYTES;
    }

    LongBuffer longs() {
        return longs;
    }

    /** The first long of the first descriptor in {@link #longs()}. */
    int first() {
        return first;
    }

    int entries() {
        return entries;
    }

    private void copy(long address, int length) {
        if (copy == null) {
            // Direct like the windows: a second kind of buffer would slow down every access of the data path.
            copy = ByteBuffer.allocateDirect(limit * Descriptor.SIZE).order(ByteOrder.LITTLE_ENDIAN);
            copied = RingArea.longs(copy, 0, copy.capacity());
        }
        int done = 0;
        while (done < length) {
            long handle = translation.find(address + done, 1);
            if (handle == GuestMemory.NONE) {
                throw new RingFault("indirect table at 0x" + Long.toHexString(address) + " with " + length
                        + " bytes is not inside guest memory");
            }
            int piece = Math.min(length - done, translation.remaining(handle));
            ByteBuffer window = translation.memory().window(GuestMemory.windowOf(handle));
            copy.put(done, window, GuestMemory.offsetOf(handle), piece);
            done += piece;
        }
        longs = copied;
        first = 0;
    }
}
