// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.GuestMemory;
import io.hotbay.memory.MemoryRegion;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The memory of a guest, as the guest sees it: bytes at physical addresses. User addresses are {@link #USER} higher. */
final class GuestRam {
    static final long USER = 0x7f00_0000_0000L;

    private record Region(long start, ByteBuffer bytes) {}

    private final List<Region> regions = new ArrayList<>();
    private final List<MemoryRegion> described = new ArrayList<>();

    /** One region from address 0 on. */
    static GuestRam of(int size) {
        return new GuestRam().region(0, size);
    }

    GuestRam region(long start, int size) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(size);
        regions.add(new Region(start, bytes));
        described.add(
                MemoryRegion.of(start, USER + start, size, (offset, length) -> bytes.slice((int) offset, length)));
        return this;
    }

    /** A region that this class does not read or write. */
    GuestRam region(MemoryRegion region) {
        described.add(region);
        return this;
    }

    GuestMemory memory() {
        return GuestMemory.of(described);
    }

    void put8(long address, int value) {
        Region region = at(address);
        region.bytes.put((int) (address - region.start), (byte) value);
    }

    void put16(long address, int value) {
        put8(address, value);
        put8(address + 1, value >>> 8);
    }

    void put32(long address, long value) {
        put16(address, (int) value);
        put16(address + 2, (int) (value >>> 16));
    }

    void put64(long address, long value) {
        put32(address, value);
        put32(address + 4, value >>> 32);
    }

    int get8(long address) {
        Region region = at(address);
        return region.bytes.get((int) (address - region.start)) & 0xff;
    }

    int get16(long address) {
        return get8(address) | get8(address + 1) << 8;
    }

    long get32(long address) {
        return get16(address) | (long) get16(address + 2) << 16;
    }

    /** Whether all of a range lies in one region. */
    boolean holds(long address, long length) {
        return regions.stream()
                .anyMatch(region -> address >= region.start
                        && length <= region.bytes.capacity()
                        && address - region.start <= region.bytes.capacity() - length);
    }

    /** Copies the region that holds an address. */
    void copy(long address, byte[] to) {
        at(address).bytes.get(0, to);
    }

    /** The first byte, from one on, in which the region that holds an address differs from a copy of it; -1 for none. */
    int mismatch(long address, byte[] copy, int from) {
        ByteBuffer now = at(address).bytes;
        int same = ByteBuffer.wrap(copy).position(from).mismatch(now.duplicate().position(from));
        return same < 0 ? -1 : from + same;
    }

    private Region at(long address) {
        for (int i = 0; i < regions.size(); i++) {
            Region region = regions.get(i);
            if (address >= region.start && address < region.start + region.bytes.capacity()) {
                return region;
            }
        }
        throw new IllegalArgumentException("no memory at 0x" + Long.toHexString(address));
    }
}
