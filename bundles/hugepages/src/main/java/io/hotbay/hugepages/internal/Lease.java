// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import io.hotbay.linux.Mapping;
import io.hotbay.memory.MemoryLease;
import io.hotbay.memory.MemoryRegion;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Leased memory: a mapped file and what its header says. Immutable; the mappings belong to the allocator, which unmaps them when the
 * lease is released.
 */
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

    private final LeaseHeader header;
    private final Origin origin;
    private final Mapping mapping;
    private final List<Mapping> former;
    private final ByteBuffer[] windows;

    /** @param former mappings from before resizes, in the order in which they were made */
    Lease(LeaseHeader header, Origin origin, Mapping mapping, List<Mapping> former) {
        this.header = header;
        this.origin = origin;
        this.mapping = mapping;
        this.former = former;
        windows = new ByteBuffer[(int) ((header.size() - 1) / MemoryRegion.STRIDE + 1)];
        for (int i = 0; i < windows.length; i++) {
            long offset = (long) i * MemoryRegion.STRIDE;
            windows[i] = mapping.window(offset, (int) Math.min(header.size() - offset, MemoryRegion.STRIDE));
        }
    }

    Lease(LeaseHeader header, Origin origin, Mapping mapping) {
        this(header, origin, mapping, List.of());
    }

    /** The same memory, now that somebody has asked for it. */
    Lease claimed() {
        return new Lease(header, Origin.ASKED_FOR, mapping, former);
    }

    /** The same memory seen at another size, of which the mapping has enough. */
    Lease resized(LeaseHeader resized) {
        return new Lease(resized, origin, mapping, former);
    }

    /** The same file, mapped anew because it has become longer; the mapping there was stays for those who still use it. */
    Lease remapped(LeaseHeader resized, Mapping longer) {
        return new Lease(resized, origin, longer, mappings());
    }

    /** The same memory without the mappings from before its last resizes. */
    Lease trimmed(LeaseHeader trimmed) {
        return new Lease(trimmed, origin, mapping);
    }

    @Override
    public String name() {
        return header.name();
    }

    @Override
    public long size() {
        return header.size();
    }

    @Override
    public long pageSize() {
        return header.pageSize();
    }

    @Override
    public int node() {
        return header.node();
    }

    @Override
    public int windows() {
        return windows.length;
    }

    @Override
    public ByteBuffer window(int index) {
        return windows[index];
    }

    LeaseHeader header() {
        return header;
    }

    Origin origin() {
        return origin;
    }

    Path file() {
        return header.file();
    }

    Mapping mapping() {
        return mapping;
    }

    /** All mappings, in the order in which they were made. */
    List<Mapping> mappings() {
        List<Mapping> all = new ArrayList<>(former);
        all.add(mapping);
        return all;
    }

    /** Mappings that nobody needs but those who have windows from before a resize. */
    List<Mapping> former() {
        return former;
    }

    /** Bytes taken, whole pages. */
    long length() {
        return header.length();
    }

    long pages() {
        return length() / pageSize();
    }
}
