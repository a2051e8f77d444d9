// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.Mapping;
import io.hotbay.linux.Memfd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The guest's memory: regions, and an allocator that only goes forward, for rings and buffers. Owns files and mappings.
 */
public final class FrontendMemory implements AutoCloseable {
    /** Stands for a guest address equal to the address in this process, as front-ends without a guest have it. */
    public static final long IDENTITY = -1L;

    /** First byte above the conventional memory of a PC. */
    private static final long PC_LOW_END = 0xa0000;
    /** Where a PC's memory goes on, above video memory. */
    private static final long PC_HIGH_START = 0xc0000;

    private final long pageSize;
    private final List<FrontendRegion> regions = new ArrayList<>();
    private final List<Descriptor> files = new ArrayList<>();

    private FrontendMemory(long pageSize) {
        this.pageSize = pageSize;
    }

    /** Memory without regions yet, to be made of ordinary pages. */
    public static FrontendMemory ordinaryPages() {
        return new FrontendMemory(0);
    }

    /** Memory without regions yet, to be made of hugepages of a size. */
    public static FrontendMemory hugepages(long pageSize) {
        return new FrontendMemory(pageSize);
    }

    /** Adds a region with a file of its own at a guest address, or at {@link #IDENTITY}. */
    public FrontendRegion add(long guestAddress, long size) throws IOException {
        return add(file(size), 0, guestAddress, size);
    }

    /** Adds two regions over one file with the hole of a PC's video memory between them, as QEMU has it. */
    public void addPc(long size) throws IOException {
        Descriptor file = file(size);
        add(file, 0, 0, PC_LOW_END);
        add(file, PC_HIGH_START, PC_HIGH_START, size - PC_HIGH_START);
    }

    /** Adds a region over part of a file; the memory closes the file in the end. */
    public FrontendRegion add(Descriptor file, long fileOffset, long guestAddress, long size) throws IOException {
        if (!files.contains(file)) {
            files.add(file);
        }
        Mapping mapping = Mapping.of(file, fileOffset, size);
        long address = guestAddress == IDENTITY ? mapping.address() : guestAddress;
        FrontendRegion region = new FrontendRegion(file, fileOffset, address, size, mapping);
        regions.add(region);
        return region;
    }

    private Descriptor file(long size) throws IOException {
        return pageSize == 0
                ? Memfd.create("frontend", size)
                : Memfd.createHuge("frontend", (size + pageSize - 1) / pageSize * pageSize, pageSize);
    }

    /** The regions in the order they were added. */
    public List<FrontendRegion> regions() {
        return List.copyOf(regions);
    }

    /**
     * Takes unused bytes in the region with most room.
     *
     * @return their guest address
     */
    public synchronized long allocate(long length, int alignment) {
        FrontendRegion roomy = regions.stream()
                .max(Comparator.comparingLong(FrontendRegion::available))
                .orElseThrow(() -> new IllegalStateException("the front-end's memory has no region"));
        return allocate(roomy, length, alignment);
    }

    /** Takes unused bytes in a region. */
    public synchronized long allocate(FrontendRegion region, long length, int alignment) {
        long address = region.allocate(length, alignment);
        if (address == -1) {
            throw new IllegalStateException("the front-end's memory has no " + length + " bytes left; make it larger");
        }
        return address;
    }

    /** A view of a range of guest addresses inside one region: direct, little-endian. */
    public ByteBuffer window(long guestAddress, int length) {
        return region(guestAddress, length).window(guestAddress, length);
    }

    /** The address in this process of a guest address. */
    public long userAddress(long guestAddress) {
        FrontendRegion region = region(guestAddress, 1);
        return region.userAddress() + (guestAddress - region.guestAddress());
    }

    /** The region that a range of guest addresses lies in. */
    public FrontendRegion region(long guestAddress, long length) {
        for (FrontendRegion region : regions) {
            if (region.contains(guestAddress, length)) {
                return region;
            }
        }
        throw new IllegalArgumentException(
                "no region holds " + length + " bytes at guest address 0x" + Long.toHexString(guestAddress));
    }

    /** Forgets a region without unmapping it yet. */
    void forget(FrontendRegion region) {
        regions.remove(region);
    }

    /** Unmaps a region and forgets it; its file stays open until the end. */
    public void remove(FrontendRegion region) {
        regions.remove(region);
        region.unmap();
    }

    @Override
    public void close() {
        regions.forEach(FrontendRegion::unmap);
        regions.clear();
        files.forEach(Descriptor::close);
        files.clear();
    }
}
