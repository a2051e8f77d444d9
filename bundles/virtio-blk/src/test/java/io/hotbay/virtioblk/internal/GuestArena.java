// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import io.hotbay.memory.GuestMemory;
import io.hotbay.memory.MemoryRegion;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Guest memory of two small regions that knows what ought to be in each of its bytes, so that a write to a wrong place is found.
 * Its buffers are used again by the next arena.
 */
final class GuestArena {
    /** What nobody has written. */
    static final byte UNTOUCHED = (byte) 0xa5;

    private static final int REGION = 32 << 10;
    private static final ByteBuffer[] BUFFERS = {ByteBuffer.allocateDirect(REGION), ByteBuffer.allocateDirect(REGION)};
    private static final GuestMemory MEMORY = GuestMemory.of(List.of(
            MemoryRegion.of(0, 0, REGION, (offset, length) -> BUFFERS[0]),
            MemoryRegion.of(1L << 32, 1L << 32, REGION, (offset, length) -> BUFFERS[1])));

    private final byte[][] expected = new byte[2][REGION];
    private final int[] next = new int[2];

    GuestArena() {
        for (int region = 0; region < expected.length; region++) {
            Arrays.fill(expected[region], UNTOUCHED);
            BUFFERS[region].put(0, expected[region]);
        }
    }

    GuestMemory memory() {
        return MEMORY;
    }

    boolean hasRoom(int region, int length) {
        return next[region] + length < REGION;
    }

    /** Takes a place in a region, with a gap behind it. */
    long allocate(int region, int length) {
        long handle = GuestMemory.handle(region, next[region]);
        next[region] += length + 1;
        return handle;
    }

    byte get(long handle, int index) {
        return BUFFERS[GuestMemory.windowOf(handle)].get(GuestMemory.offsetOf(handle) + index);
    }

    /** Writes as the driver does. */
    void write(long handle, int index, byte value) {
        BUFFERS[GuestMemory.windowOf(handle)].put(GuestMemory.offsetOf(handle) + index, value);
        expect(handle, index, value);
    }

    /** Says what the device ought to have written. */
    void expect(long handle, int index, byte value) {
        expected[GuestMemory.windowOf(handle)][GuestMemory.offsetOf(handle) + index] = value;
    }

    /** Finds bytes that are not what they ought to be. */
    void check() {
        byte[] actual = new byte[REGION];
        for (int region = 0; region < expected.length; region++) {
            BUFFERS[region].get(0, actual);
            int at = Arrays.mismatch(expected[region], actual);
            if (at >= 0) {
                throw new AssertionError("byte " + at + " of region " + region + " is " + actual[at] + " instead of "
                        + expected[region][at]);
            }
        }
    }
}
