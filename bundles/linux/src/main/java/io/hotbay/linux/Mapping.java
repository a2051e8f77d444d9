// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static io.hotbay.linux.internal.Kernel.LIBC;

import io.hotbay.linux.internal.Architecture;
import io.hotbay.linux.internal.Kernel;
import io.hotbay.linux.internal.NativeMemory;
import io.hotbay.linux.internal.Statfs;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Owns a shared, writable mapping of a file and unmaps it exactly once. Whoever still touches the memory then kills the
 * process: windows are bare memory and do not keep the mapping alive.
 */
public final class Mapping implements AutoCloseable {
    // uapi/asm-generic/mman-common.h, mman.h
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED = 1;
    private static final int MAP_NORESERVE = 0x4000;
    private static final int MADV_DONTDUMP = 16;
    private static final int MADV_POPULATE_WRITE = 23;

    // uapi/linux/mempolicy.h
    private static final int MPOL_BIND = 2;
    private static final int NODES = 1024;

    /** Step through a mapping that no ByteBuffer can span. */
    private static final int LARGEST_WINDOW = 1 << 30;

    private final String name;
    private final long base;
    private final long mappedLength;
    private final long address;
    private final long length;
    private final boolean huge;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Mapping(String name, boolean huge, long base, long mappedLength, long address, long length) {
        this.name = name;
        this.huge = huge;
        this.base = base;
        this.mappedLength = mappedLength;
        this.address = address;
        this.length = length;
    }

    /**
     * Maps a range of a file. Neither end need lie on a page; whole pages around it are mapped. A range that goes
     * beyond the end of a regular file is refused: touching what lies there would be fatal.
     */
    public static Mapping of(Descriptor file, long offset, long length) throws LinuxException {
        FileStatus status = file.status();
        String name = length + " bytes at " + offset + " of " + file;
        boolean sane = offset >= 0 && length > 0 && offset <= Long.MAX_VALUE - length;
        if (!sane || status.isRegularFile() && offset + length > status.size()) {
            throw new LinuxException("mmap", name + ", which has " + status.size(), Errno.EINVAL);
        }
        FileSystemStatus system = Statfs.of(file.number());
        long page = system.isHugetlbfs() ? system.blockSize() : LIBC.getpagesize();
        long start = offset & -page;
        long mappedLength = alignUp(offset + length - start, page, name);
        int number = file.number();
        long base = Kernel.call(
                "mmap",
                name,
                () -> LIBC.mmap(0, mappedLength, PROT_READ_WRITE, MAP_SHARED | MAP_NORESERVE, number, start));
        // only an economy of core dumps, so it may fail
        LIBC.madvise(base, mappedLength, MADV_DONTDUMP);
        return new Mapping(name, system.isHugetlbfs(), base, mappedLength, base + (offset - start), length);
    }

    /** Takes over a mapping of whole pages that is there. */
    static Mapping adopt(String name, boolean huge, long address, long length) {
        return new Mapping(name, huge, address, length, address, length);
    }

    private static long alignUp(long length, long page, String name) throws LinuxException {
        if (length > Long.MAX_VALUE - page) {
            throw new LinuxException("mmap", name, Errno.EINVAL);
        }
        return (length + page - 1) & -page;
    }

    /** Address of the first byte of the range. */
    public long address() {
        refuseIfClosed();
        return address;
    }

    /** Whether it consists of hugepages. They are not reserved: touching one fails when there is none left. */
    public boolean isHuge() {
        return huge;
    }

    /** Length of the range, as it was asked for. */
    public long length() {
        return length;
    }

    /**
     * A view of a part of the range, little endian.
     *
     * @throws IndexOutOfBoundsException if the part does not lie within the range
     */
    public ByteBuffer window(long offset, int length) {
        refuseIfClosed();
        Objects.checkFromIndexSize(offset, length, this.length);
        return NativeMemory.view(address + offset, length);
    }

    /**
     * A view of the whole range with up to seven bytes more, so that its length is a multiple of eight and whole words
     * can be accessed atomically. What is added lies on the last page of the mapping.
     *
     * @throws IllegalStateException if the range does not begin at a multiple of eight, or is longer than a buffer
     */
    public ByteBuffer words() {
        refuseIfClosed();
        long rounded = (length + Long.BYTES - 1) & -Long.BYTES;
        if (address % Long.BYTES != 0 || rounded > LARGEST_WINDOW) {
            throw new IllegalStateException(name + " is not made of words");
        }
        return NativeMemory.view(address, (int) rounded);
    }

    /** Has pages that are not there yet taken from one NUMA node only. */
    public void bind(int node) throws LinuxException {
        refuseIfClosed();
        Objects.checkIndex(node, NODES);
        NativeMemory mask = new NativeMemory(NODES / Byte.SIZE);
        mask.bytes().putLong(node / Long.SIZE * Long.BYTES, 1L << node);
        // the kernel takes one from the number of bits
        Kernel.call(
                "mbind",
                name + " to node " + node,
                () -> LIBC.syscall(
                        Architecture.SYS_MBIND, base, mappedLength, MPOL_BIND, mask.address(), NODES + 1L, 0));
        Reference.reachabilityFence(mask);
    }

    /** Has the kernel provide all pages now, so that nobody waits for one later, or finds that there is none. */
    public void populate() throws LinuxException {
        refuseIfClosed();
        try {
            Kernel.call("madvise", name, () -> LIBC.madvise(base, mappedLength, MADV_POPULATE_WRITE));
        } catch (LinuxException e) {
            if (e.errno() != Errno.EINVAL) {
                throw e;
            }
            // Linux before 5.14
            touch();
        }
    }

    /** Writes to each page what it holds. */
    void touch() throws LinuxException {
        try {
            for (long offset = 0; offset < mappedLength; offset += LARGEST_WINDOW) {
                touch(NativeMemory.view(base + offset, (int) Math.min(mappedLength - offset, LARGEST_WINDOW)));
            }
            MappingFaults.surface();
        } catch (InternalError e) {
            throw new LinuxException("touch", name, Errno.ENOMEM);
        }
    }

    private static void touch(ByteBuffer window) {
        int page = LIBC.getpagesize();
        for (int at = 0; at < window.capacity(); at += page) {
            window.put(at, window.get(at));
        }
    }

    private void refuseIfClosed() {
        if (closed.get()) {
            throw closedAlready();
        }
    }

    private IllegalStateException closedAlready() {
        return new IllegalStateException("mapping of " + name + " has been closed");
    }

    /**
     * Gives up the ownership: the range stays mapped. Whoever gets its address and {@link #length} has to take it over with {@link
     * MappedFiles#adopt}, which can be done with whole pages from the beginning of a file; else it stays until the process ends.
     *
     * @return address of the first byte of the range
     * @throws IllegalStateException if it has been closed
     */
    public long release() {
        if (!closed.compareAndSet(false, true)) {
            throw closedAlready();
        }
        return address;
    }

    /** Unmaps it, unless that has been done. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            LIBC.munmap(base, mappedLength);
        }
    }
}
