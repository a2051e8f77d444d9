// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import io.hotbay.linux.Mapping;
import io.hotbay.memory.MemoryLease;
import io.hotbay.memory.MemoryRegion;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Leased memory: a mapped file. Immutable; the mapping belongs to the allocator, which unmaps it when the lease is released. */
final class Lease implements MemoryLease {
    /** How this component came to a lease. */
    enum Origin {
        /** Somebody asked it for the lease. */
        ASKED_FOR,
        /** An earlier life of the component in the same process has it; its users go on using its windows. */
        INHERITED,
        /** The file was left by a process that died; nobody has asked for it since. */
        LEFT_BEHIND
    }

    private final String name;
    private final long size;
    private final long pageSize;
    private final int node;
    private final Origin origin;
    private final Path file;
    private final Mapping mapping;
    private final ByteBuffer[] windows;

    private Lease(String name, long size, long pageSize, int node, Origin origin, Path file, Mapping mapping) {
        this.name = name;
        this.size = size;
        this.pageSize = pageSize;
        this.node = node;
        this.origin = origin;
        this.file = file;
        this.mapping = mapping;
        windows = new ByteBuffer[(int) ((size - 1) / MemoryRegion.STRIDE + 1)];
        for (int i = 0; i < windows.length; i++) {
            long offset = (long) i * MemoryRegion.STRIDE;
            windows[i] = mapping.window(offset, (int) Math.min(size - offset, MemoryRegion.STRIDE));
        }
    }

    /** A new lease. */
    static Lease taken(String name, long size, long pageSize, int node, Path file, Mapping mapping) {
        return new Lease(name, size, pageSize, node, Origin.ASKED_FOR, file, mapping);
    }

    /** A lease found as a file; its size is that of the file until somebody asks for it and tells the size he means. */
    static Lease found(String name, long pageSize, Origin origin, Path file, Mapping mapping) {
        return new Lease(name, mapping.length(), pageSize, -1, origin, file, mapping);
    }

    /** The same memory, now that somebody has asked for it. */
    Lease claimed(long size, int node) {
        return new Lease(name, size, pageSize, node, Origin.ASKED_FOR, file, mapping);
    }

    /** Whether it can serve somebody who asks for that size. */
    boolean fits(long size) {
        return origin == Origin.ASKED_FOR ? size == this.size : size <= length() && length() - size < pageSize;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long pageSize() {
        return pageSize;
    }

    @Override
    public int node() {
        return node;
    }

    @Override
    public int windows() {
        return windows.length;
    }

    @Override
    public ByteBuffer window(int index) {
        return windows[index];
    }

    Origin origin() {
        return origin;
    }

    Path file() {
        return file;
    }

    Mapping mapping() {
        return mapping;
    }

    /** Bytes taken, whole pages. */
    long length() {
        return mapping.length();
    }

    long pages() {
        return length() / pageSize;
    }
}
