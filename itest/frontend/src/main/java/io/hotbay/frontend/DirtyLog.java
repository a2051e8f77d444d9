// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.Mapping;
import io.hotbay.linux.Memfd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;

/** The bitmap in which a back-end notes the pages it has written to: a file of its own, mapped here. */
public final class DirtyLog implements AutoCloseable {
    /** Bytes of guest memory that one bit stands for. */
    public static final int PAGE = 4096;

    private final Descriptor file;
    private final Mapping mapping;
    private final long offset;
    private final long size;

    private DirtyLog(Descriptor file, Mapping mapping, long offset, long size) {
        this.file = file;
        this.mapping = mapping;
        this.offset = offset;
        this.size = size;
    }

    /** Makes a clean log with room for all of a memory, as QEMU does: up to the end of the last region, in whole words. */
    public static DirtyLog forMemory(List<FrontendRegion> regions) throws IOException {
        long end = 0;
        for (FrontendRegion region : regions) {
            end = Math.max(end, region.guestAddress() + region.size());
        }
        long bits = (end + PAGE - 1) / PAGE;
        return ofSize((bits + Long.SIZE - 1) / Long.SIZE * Long.BYTES, 0);
    }

    /** Makes a clean log of a size at a place in its file. */
    public static DirtyLog ofSize(long size, long offset) throws IOException {
        Descriptor file = Memfd.create("frontend-log", offset + size + PAGE);
        try {
            return new DirtyLog(file, Mapping.of(file, offset, size), offset, size);
        } catch (IOException failure) {
            file.close();
            throw failure;
        }
    }

    /** The file. */
    public Descriptor file() {
        return file;
    }

    /** Where the log starts in its file. */
    public long offset() {
        return offset;
    }

    /** Bytes of the log. */
    public long size() {
        return size;
    }

    /** The pages noted so far, by number. */
    public BitSet pages() {
        ByteBuffer bits = mapping.window(0, (int) size);
        byte[] copy = new byte[(int) size];
        bits.get(0, copy);
        return BitSet.valueOf(copy);
    }

    /** Whether the file's bytes before and after the log are still 0. */
    public boolean isCleanAround() throws IOException {
        ByteBuffer all = ByteBuffer.allocate((int) file.status().size());
        file.pread(all, 0);
        for (int i = 0; i < all.position(); i++) {
            boolean inside = i >= offset && i < offset + size;
            if (!inside && all.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        mapping.close();
        file.close();
    }
}
