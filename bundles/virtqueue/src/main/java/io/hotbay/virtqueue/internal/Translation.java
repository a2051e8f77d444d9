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
    private static final int START = 0;
    /** Bytes of a slot's window; 0 while the slot is free. */
    private static final int SIZE = 1;
    /** Handle of the first byte of a slot's window. */
    private static final int HANDLE = 2;

    private static final int FIELDS_SHIFT = 2;

    private final long[] slots = new long[SLOTS << FIELDS_SHIFT];

    private GuestMemory memory;

    Translation(GuestMemory memory) {
        this.memory = memory;
    }

    GuestMemory memory() {
        return memory;
    }

    void memory(GuestMemory snapshot) {
        memory = snapshot;
        Arrays.fill(slots, 0);
    }

    /**
     * Finds a range that lies whole in one window.
     *
     * @param length bytes, 1 to 2^32 - 1
     * @return the handle of its first byte, or {@link GuestMemory#NONE} if some of it lies elsewhere
     */
    long find(long address, long length) {
        long known = known(address, length);
        return known == GuestMemory.NONE ? search(address, length) : known;
    }

    /** The same, but only where it has found something before; {@link GuestMemory#NONE} says nothing then. */
    long known(long address, long length) {
        int slot = slot(address);
        long offset = address - slots[slot + START];
        return offset >= 0 && offset <= slots[slot + SIZE] - length ? slots[slot + HANDLE] | offset : GuestMemory.NONE;
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
        slots[slot + START] = address - offset;
        slots[slot + SIZE] = (long) offset + memory.remaining(handle);
        slots[slot + HANDLE] = handle - offset;
        return memory.remaining(handle) >= length ? handle : GuestMemory.NONE;
    }

    private static int slot(long address) {
        return ((int) (address >>> SLOT_SHIFT) & SLOTS - 1) << FIELDS_SHIFT;
    }
}
