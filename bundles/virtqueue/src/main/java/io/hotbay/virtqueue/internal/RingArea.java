// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.GuestMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;

/**
 * Where a part of a ring lies in our mapping.
 *
 * @param buffer the window
 * @param offset of the part's first byte in it
 * @param length its bytes
 * @param guestAddress guest physical address of that byte
 */
record RingArea(ByteBuffer buffer, int offset, int length, long guestAddress) {
    /**
     * Finds a part of a ring by its address in the front-end's address space.
     *
     * @param name what the specification calls it
     * @throws IllegalArgumentException if it is misaligned or not whole inside one region
     */
    static RingArea of(GuestMemory memory, String name, long userAddress, int length, int alignment) {
        if ((userAddress & alignment - 1) != 0) {
            throw new IllegalArgumentException(
                    name + " at 0x" + Long.toHexString(userAddress) + ": must be aligned to " + alignment + " bytes");
        }
        long handle = memory.translateUser(userAddress, length);
        if (handle == GuestMemory.NONE) {
            throw new IllegalArgumentException(name + " at 0x" + Long.toHexString(userAddress) + ": its " + length
                    + " bytes are not inside one memory region");
        }
        ByteBuffer window = memory.window(GuestMemory.windowOf(handle));
        int offset = GuestMemory.offsetOf(handle);
        // 16-bit accesses are atomic only when the mapping is aligned as well, which a region's odd file offset can
        // spoil.
        if (window.alignmentOffset(offset, alignment) != 0) {
            throw new IllegalArgumentException(name + " at 0x" + Long.toHexString(userAddress)
                    + ": its memory region is not mapped at a multiple of " + alignment + " bytes");
        }
        return new RingArea(window, offset, length, memory.guestAddress(handle));
    }

    /** The part as longs, of which it holds a whole number. */
    LongBuffer longs() {
        return longs(buffer, offset, length);
    }

    /** A piece of a window as longs; a last one that is not whole is left out. */
    static LongBuffer longs(ByteBuffer window, int offset, int length) {
        return window.slice(offset, length).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
    }
}
