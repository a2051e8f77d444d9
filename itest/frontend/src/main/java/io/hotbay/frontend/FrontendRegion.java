// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.Mapping;
import java.nio.ByteBuffer;

/** A piece of the guest's memory: a range of a file, mapped here, with the guest address it has in there. */
public final class FrontendRegion {
    private final Descriptor descriptor;
    private final long fileOffset;
    private final long guestAddress;
    private final long size;
    private final Mapping mapping;
    private long allocated;

    FrontendRegion(Descriptor descriptor, long fileOffset, long guestAddress, long size, Mapping mapping) {
        this.descriptor = descriptor;
        this.fileOffset = fileOffset;
        this.guestAddress = guestAddress;
        this.size = size;
        this.mapping = mapping;
    }

    /** The file, owned by the memory this region belongs to. */
    public Descriptor descriptor() {
        return descriptor;
    }

    /** Where the region starts in its file. */
    public long fileOffset() {
        return fileOffset;
    }

    /** Its first guest physical address. */
    public long guestAddress() {
        return guestAddress;
    }

    /** Its first address in this process. */
    public long userAddress() {
        return mapping.address();
    }

    /** Its length in bytes. */
    public long size() {
        return size;
    }

    /** Whether a range of guest addresses lies inside. */
    public boolean contains(long address, long length) {
        long offset = address - guestAddress;
        return offset >= 0 && offset <= size && length <= size - offset;
    }

    /** A view of a range of guest addresses: direct, little-endian. */
    public ByteBuffer window(long address, int length) {
        return mapping.window(address - guestAddress, length);
    }

    /** Takes unused bytes; returns their guest address, or -1 if there are not enough left. */
    long allocate(long length, int alignment) {
        long start = (guestAddress + allocated + alignment - 1) / alignment * alignment - guestAddress;
        if (start + length > size) {
            return -1;
        }
        allocated = start + length;
        return guestAddress + start;
    }

    long available() {
        return size - allocated;
    }

    void unmap() {
        mapping.close();
    }
}
