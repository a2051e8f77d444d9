// SPDX-License-Identifier: Apache-2.0
package io.hotbay.memory;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * An immutable snapshot of a front-end's memory. It is replaced as a whole when the memory table changes; whoever holds one
 * may use it until its owner has asked for a quiescent point.
 *
 * <p>A place in guest memory is a <em>handle</em>: the number of a window in the upper 32 bits and the offset inside it in
 * the lower 32. Handles are plain longs, so that requests keep no references, and all access goes through a bounds-checked
 * byte buffer. Safe for use by any thread.
 */
public final class GuestMemory {
    /** The handle of nothing: an address outside all regions. */
    public static final long NONE = -1L;

    /** A snapshot without any memory. */
    public static final GuestMemory EMPTY = new GuestMemory(List.of());

    private final ByteBuffer[] windows;
    private final long[] guestStart;
    private final long[] userStart;
    /** Bytes of the window that addresses are looked up in; the overlap comes on top. */
    private final long[] primary;

    private GuestMemory(List<MemoryRegion> regions) {
        int count = regions.stream().mapToInt(region -> region.windows().size()).sum();
        windows = new ByteBuffer[count];
        guestStart = new long[count];
        userStart = new long[count];
        primary = new long[count];
        int next = 0;
        for (MemoryRegion region : regions) {
            long offset = 0;
            for (ByteBuffer window : region.windows()) {
                windows[next] = window;
                guestStart[next] = region.guestAddress() + offset;
                userStart[next] = region.userAddress() + offset;
                primary[next] = Math.min(region.size() - offset, MemoryRegion.STRIDE);
                offset += MemoryRegion.STRIDE;
                next++;
            }
        }
    }

    /**
     * Makes a snapshot.
     *
     * @throws IllegalArgumentException if two regions overlap in guest physical address space
     */
    public static GuestMemory of(List<MemoryRegion> regions) {
        MemoryRegion[] sorted = regions.toArray(new MemoryRegion[0]);
        Arrays.sort(sorted, Comparator.comparingLong(MemoryRegion::guestAddress));
        for (int i = 1; i < sorted.length; i++) {
            MemoryRegion before = sorted[i - 1];
            if (before.guestAddress() + before.size() > sorted[i].guestAddress()) {
                throw new IllegalArgumentException("memory regions at guest addresses 0x"
                        + Long.toHexString(before.guestAddress()) + " and 0x"
                        + Long.toHexString(sorted[i].guestAddress()) + " overlap");
            }
        }
        return new GuestMemory(List.of(sorted));
    }

    /** Makes a handle from the number of a window and an offset in it, both not negative. */
    public static long handle(int window, int offset) {
        return (long) window << 32 | offset;
    }

    /** The number of the window that a handle lies in. */
    public static int windowOf(long handle) {
        return (int) (handle >>> 32);
    }

    /** The offset of a handle inside its window, in bytes. */
    public static int offsetOf(long handle) {
        return (int) handle;
    }

    /** Number of windows. */
    public int windows() {
        return windows.length;
    }

    /**
     * The buffer of a window: direct, little-endian, shared by all users, so only its absolute methods may be used.
     *
     * @throws IndexOutOfBoundsException if there is no such window
     */
    public ByteBuffer window(int index) {
        return windows[index];
    }

    /**
     * Finds a guest physical address.
     *
     * @param hint window to look at first: the one of the last hit
     * @return its handle, or {@link #NONE}
     */
    public long translate(long guestAddress, int hint) {
        if (hint >= 0 && hint < primary.length) {
            long offset = guestAddress - guestStart[hint];
            if (offset >= 0 && offset < primary[hint]) {
                return handle(hint, (int) offset);
            }
        }
        return search(guestAddress, guestStart);
    }

    /**
     * Finds a range in the front-end's own address space that must lie whole in one region, as ring parts do.
     *
     * @param length bytes, 1 to {@link MemoryRegion#OVERLAP}
     * @return the handle of its first byte, or {@link #NONE}
     */
    public long translateUser(long userAddress, int length) {
        long handle = search(userAddress, userStart);
        return handle != NONE && remaining(handle) >= length ? handle : NONE;
    }

    /** The guest physical address of a handle. */
    public long guestAddress(long handle) {
        return guestStart[windowOf(handle)] + offsetOf(handle);
    }

    /** How many bytes from a handle on lie in the same window, the handle's own byte included. */
    public int remaining(long handle) {
        return windows[windowOf(handle)].capacity() - offsetOf(handle);
    }

    private long search(long address, long[] starts) {
        for (int i = 0; i < starts.length; i++) {
            long offset = address - starts[i];
            if (offset >= 0 && offset < primary[i]) {
                return handle(i, (int) offset);
            }
        }
        return NONE;
    }
}
