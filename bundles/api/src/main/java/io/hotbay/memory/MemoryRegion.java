// SPDX-License-Identifier: Apache-2.0
package io.hotbay.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * One contiguous piece of guest memory, seen through windows: direct, little-endian byte buffers of at most
 * {@link #STRIDE} + {@link #OVERLAP} bytes, because a byte buffer cannot hold more than 2 GiB. Window {@code i} starts at byte
 * {@code i * STRIDE} of the region. Neighbouring windows overlap, so that anything up to {@link #OVERLAP} bytes long lies
 * whole in one window; every split ring does.
 *
 * <p>vhost-user specification, "Memory regions description".
 */
public final class MemoryRegion {
    /** Distance between the starts of two neighbouring windows, in bytes. */
    public static final int STRIDE = 1 << 30;

    /** How far a window reaches into the next one, in bytes: more than the largest ring part (16 * 32768). */
    public static final int OVERLAP = 1 << 20;

    private final long guestAddress;
    private final long userAddress;
    private final long size;
    private final List<ByteBuffer> windows;

    private MemoryRegion(long guestAddress, long userAddress, long size, List<ByteBuffer> windows) {
        this.guestAddress = guestAddress;
        this.userAddress = userAddress;
        this.size = size;
        this.windows = windows;
    }

    /** Where the bytes of a region come from, for example a mapping. */
    @FunctionalInterface
    public interface Source {
        /**
         * Returns a buffer over {@code length} bytes that start {@code offset} bytes into the region. The buffer stays valid
         * until the owner of the memory unmaps it.
         */
        ByteBuffer window(long offset, int length);
    }

    /**
     * Describes a region.
     *
     * @param guestAddress guest physical address of the first byte
     * @param userAddress address of the first byte in the front-end's own address space
     * @param size length in bytes, at least 1
     * @param source gives the windows
     * @throws IllegalArgumentException if the size is not positive or a range wraps around 2^63
     */
    public static MemoryRegion of(long guestAddress, long userAddress, long size, Source source) {
        if (size <= 0) {
            throw new IllegalArgumentException("memory region of " + size + " bytes: must be at least 1");
        }
        if (guestAddress < 0 || guestAddress + size < 0) {
            throw new IllegalArgumentException(wraps("guest address", guestAddress, size));
        }
        if (userAddress < 0 || userAddress + size < 0) {
            throw new IllegalArgumentException(wraps("user address", userAddress, size));
        }
        List<ByteBuffer> windows = new ArrayList<>();
        for (long offset = 0; offset < size; offset += STRIDE) {
            int length = (int) Math.min(size - offset, (long) STRIDE + OVERLAP);
            windows.add(source.window(offset, length).order(ByteOrder.LITTLE_ENDIAN));
        }
        return new MemoryRegion(guestAddress, userAddress, size, List.copyOf(windows));
    }

    private static String wraps(String what, long address, long size) {
        return "memory region at " + what + " 0x" + Long.toHexString(address) + " with 0x" + Long.toHexString(size)
                + " bytes wraps around";
    }

    /** Guest physical address of the first byte. */
    public long guestAddress() {
        return guestAddress;
    }

    /** Address of the first byte in the front-end's address space. */
    public long userAddress() {
        return userAddress;
    }

    /** Length in bytes. */
    public long size() {
        return size;
    }

    List<ByteBuffer> windows() {
        return windows;
    }
}
