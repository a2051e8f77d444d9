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

    private final Window[] slots = new Window[SLOTS];

    private GuestMemory memory;
    /** The windows of the memory, by their number. */
    private Window[] windows;

    Translation(GuestMemory memory) {
        memory(memory);
    }

    GuestMemory memory() {
        return memory;
    }

    void memory(GuestMemory snapshot) {
        memory = snapshot;
        windows = new Window[snapshot.windows()];
        Arrays.setAll(windows, index -> new Window(snapshot, index));
        Arrays.fill(slots, Window.NONE);
    }

    /**
     * Finds a range that lies whole in one window.
     *
     * @param length bytes, 1 to 2^32 - 1
     * @return the handle of its first byte, or {@link GuestMemory#NONE} if some of it lies elsewhere
     */
    long find(long address, long length) {
        Window likely = likely(address);
        long offset = likely.offset(address);
        return likely.outside(offset, length) >= 0 ? likely.handle | offset : search(address, length);
    }

    /** The window that an address was found in before, if it was: it is for the caller to look whether it lies there. */
    Window likely(long address) {
        return slots[slot(address)];
    }

    /** The window of a handle. */
    Window window(long handle) {
        return windows[GuestMemory.windowOf(handle)];
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
        slots[slot(address)] = window(handle);
        return memory.remaining(handle) >= length ? handle : GuestMemory.NONE;
    }

    private static int slot(long address) {
        return (int) (address >>> SLOT_SHIFT) & SLOTS - 1;
    }
}
