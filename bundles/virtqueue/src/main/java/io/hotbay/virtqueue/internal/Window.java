// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.GuestMemory;
import java.nio.LongBuffer;

/** A window of guest memory as {@link Translation} looks addresses up in it. */
final class Window {
    /** One in which nothing is found. */
    static final Window NONE = new Window();

    /** Guest address of its first byte. */
    final long start;
    /** Its bytes. */
    final long size;
    /** Handle of its first byte. */
    final long handle;
    /** What it holds, as longs: those at multiples of 8 bytes from its first. */
    final LongBuffer longs;

    private Window() {
        start = 0;
        size = 0;
        handle = 0;
        longs = LongBuffer.allocate(0);
    }

    Window(GuestMemory memory, int index) {
        handle = GuestMemory.handle(index, 0);
        start = memory.guestAddress(handle);
        size = memory.window(index).capacity();
        longs = RingArea.longs(memory.window(index), 0, memory.window(index).capacity());
    }

    /** How far an address is behind the first byte; anything negative for one before it. */
    long offset(long address) {
        return address - start;
    }

    /**
     * Says by its sign whether a range lies in this window, so that several answers can be put together by "or" and looked at once.
     *
     * @param offset of its first byte, as {@link #offset} tells
     * @param length bytes, 0 to 2^32 - 1
     * @return negative if some of it lies elsewhere, or there is nothing of it
     */
    long outside(long offset, long length) {
        long last = size - length;
        return offset | last | last - offset | length - 1;
    }
}
