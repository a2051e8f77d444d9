// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevmalloc.internal;

import io.hotbay.memory.HugepageAllocator;
import io.hotbay.memory.HugepagePool;
import io.hotbay.memory.HugepageRequest;
import io.hotbay.memory.LeftoverFile;
import io.hotbay.memory.MemoryLease;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Leases buffers of the Java process, up to a limit. */
final class FakeAllocator implements HugepageAllocator {
    final TreeMap<String, MemoryLease> leases = new TreeMap<>();
    /** Names that were leased, each time. */
    final List<String> asked = new ArrayList<>();
    /** Names of leases that were resized and not trimmed. */
    final Set<String> untrimmed = ConcurrentHashMap.newKeySet();

    long limit = 64 << 20;

    record Lease(String name, long size, int node, ByteBuffer memory) implements MemoryLease {
        @Override
        public long pageSize() {
            return 4096;
        }

        @Override
        public int windows() {
            return 1;
        }

        @Override
        public ByteBuffer window(int index) {
            return memory;
        }
    }

    @Override
    public MemoryLease lease(String name, long size, int node) throws IOException {
        if (size > limit) {
            throw new IOException("not enough memory for lease " + name);
        }
        asked.add(name);
        return leases.computeIfAbsent(name, unknown -> newLease(name, size, node));
    }

    private static Lease newLease(String name, long size, int node) {
        return new Lease(name, size, node, ByteBuffer.allocateDirect((int) size).order(ByteOrder.LITTLE_ENDIAN));
    }

    /** The memory from before stays as it is: whoever still works on it is seen by his contents missing. */
    @Override
    public MemoryLease resize(String name, long size) throws IOException {
        if (size > limit) {
            throw new IOException("not enough memory for lease " + name);
        }
        MemoryLease before = leases.get(name);
        Lease resized = newLease(name, size, before.node());
        int common = (int) Math.min(size, before.size());
        resized.memory().put(0, before.window(0), 0, common);
        leases.put(name, resized);
        untrimmed.add(name);
        return resized;
    }

    @Override
    public void trim(String name) {
        untrimmed.remove(name);
    }

    @Override
    public Optional<MemoryLease> find(String name) {
        return Optional.ofNullable(leases.get(name));
    }

    @Override
    public List<MemoryLease> leases() {
        return List.copyOf(leases.values());
    }

    @Override
    public void release(String name) {
        leases.remove(name);
    }

    @Override
    public List<HugepagePool> setUp(HugepageRequest request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long configured() {
        return 0;
    }

    @Override
    public List<HugepagePool> pools() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<HugepagePool> reset() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<LeftoverFile> clean() {
        throw new UnsupportedOperationException();
    }
}
