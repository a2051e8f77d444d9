// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.GuestMemory;
import java.util.Arrays;

/**
 * Finds guest addresses in the memory of one ring. It remembers the window hit last for each of a few gigabytes, so that a
 * driver whose buffers lie all over a large guest does not cost a search a buffer.
 */
final class Translation {
    /** Windows start at most a gigabyte apart, so few of them share a slot. */
    private static final int SLOT_SHIFT = 30;

    private static final int SLOTS = 16;

    /** Guest address of the first byte of a slot's window. */
    private final long[] starts = new long[SLOTS];
    /** Bytes of a slot's window; 0 while the slot is free. */
    private final long[] sizes = new long[SLOTS];
    /** Handle of the first byte of a slot's window. */
    private final long[] handles = new long[SLOTS];

    private GuestMemory memory;

    Translation(GuestMemory memory) {
        this.memory = memory;
    }

    GuestMemory memory() {
        return memory;
    }

    void memory(GuestMemory snapshot) {
        memory = snapshot;
        Arrays.fill(sizes, 0);
    }

    /**
     * Finds a range that lies whole in one window.
     *
     * @param length bytes, 1 to 2^32 - 1
     * @return the handle of its first byte, or {@link GuestMemory#NONE} if some of it lies elsewhere
     */
    long find(long address, long length) {
        int slot = slot(address);
        long offset = address - starts[slot];
        if (offset >= 0 && offset <= sizes[slot] - length) {
            return handles[slot] | offset;
        }
        return search(address, length);
    }

    /** How many bytes from a handle on lie in its window. */
    int remaining(long handle) {
        return memory.remaining(handle);
    }

    private long search(long address, long length) {
        long handle = memory.translate(address, -1);
        if (handle == GuestMemory.NONE) {
            return handle;
        }
        int slot = slot(address);
        int offset = GuestMemory.offsetOf(handle);
        starts[slot] = address - offset;
        sizes[slot] = (long) offset + memory.remaining(handle);
        handles[slot] = handle - offset;
        return memory.remaining(handle) >= length ? handle : GuestMemory.NONE;
    }

    private static int slot(long address) {
        return (int) (address >>> SLOT_SHIFT) & SLOTS - 1;
    }
}
