// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.DirtyLog;
import io.hotbay.memory.GuestMemory;
import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtio.VirtqueueSetup;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The driver's side of a split ring after virtio 1.x section 2.7, with offsets of its own. It also lets a test write any
 * field, as a hostile guest could.
 */
final class SplitDriver implements RingDriver {
    static final int NEXT = 1;
    static final int WRITE = 2;
    static final int INDIRECT = 4;

    /** A buffer of a chain. */
    record Buffer(long address, long length, boolean writable) {
        static Buffer readable(long address, long length) {
            return new Buffer(address, length, false);
        }

        static Buffer writable(long address, long length) {
            return new Buffer(address, length, true);
        }
    }

    /** An element of the used ring. */
    record Used(int id, long length) {}

    final GuestRam ram;
    final int size;
    final long features;
    final long descriptors;
    final long available;
    final long used;

    private final Deque<Integer> free = new ArrayDeque<>();
    private final int[] chainLengths;
    private int nextAvailable;
    private int lastUsed;
    private int lastKick;

    /** A ring at an address, 16-aligned, in memory that holds it. */
    SplitDriver(GuestRam ram, long address, int size, long features) {
        this.ram = ram;
        this.size = size;
        this.features = features;
        descriptors = address;
        available = descriptors + 16L * size;
        used = (available + 6 + 2L * size + 3) & ~3L;
        chainLengths = new int[size];
        for (int i = 0; i < size; i++) {
            free.add(i);
        }
    }

    /** Bytes that the ring takes, event fields included. */
    static int bytes(int size) {
        return 16 * size + 6 + 2 * size + 3 + 6 + 8 * size;
    }

    /** Lets all indices begin elsewhere, as after a reconnect. */
    SplitDriver startAt(int index) {
        nextAvailable = index;
        lastUsed = index;
        lastKick = index;
        availableIndex(index);
        ram.put16(used + 2, index);
        return this;
    }

    VirtqueueSetup setup() {
        return setup(ram.memory());
    }

    VirtqueueSetup setup(GuestMemory memory) {
        return setup(memory, null, null, VirtqueueSetup.USED_NOT_LOGGED);
    }

    /** A ring that is tracked in an in-flight region. */
    VirtqueueSetup setup(ByteBuffer inFlight) {
        return setup(ram.memory(), inFlight, null, VirtqueueSetup.USED_NOT_LOGGED);
    }

    @Override
    public VirtqueueSetup setup(GuestMemory memory, ByteBuffer inFlight, DirtyLog log, long usedLogAddress) {
        return new VirtqueueSetup(
                0,
                size,
                GuestRam.USER + descriptors,
                GuestRam.USER + available,
                GuestRam.USER + used,
                lastUsed,
                features,
                memory,
                inFlight,
                log,
                usedLogAddress);
    }

    SplitVirtqueue open() {
        return new SplitVirtqueue(setup());
    }

    // ---- a driver that plays by the rules

    @Override
    public int freeDescriptors() {
        return free.size();
    }

    @Override
    public int nextHead() {
        return free.element();
    }

    /** Lays a chain of direct descriptors out and returns its head. */
    int lay(Buffer... buffers) {
        int head = free.remove();
        chainLengths[head] = buffers.length;
        int index = head;
        for (int i = 0; i < buffers.length; i++) {
            boolean last = i == buffers.length - 1;
            int next = last ? 0 : free.remove();
            put(descriptors, index, buffers[i], !last, next);
            index = next;
        }
        return head;
    }

    /** Lays a table of descriptors out at an address, and a descriptor that refers to it; returns that one. */
    int layIndirect(long table, Buffer... buffers) {
        for (int i = 0; i < buffers.length; i++) {
            put(table, i, buffers[i], i < buffers.length - 1, i + 1);
        }
        int head = free.remove();
        chainLengths[head] = 1;
        descriptor(head, table, 16L * buffers.length, INDIRECT, 0);
        return head;
    }

    private void put(long table, int index, Buffer buffer, boolean hasNext, int next) {
        int flags = (buffer.writable() ? WRITE : 0) | (hasNext ? NEXT : 0);
        descriptorAt(table + 16L * index, buffer.address(), buffer.length(), flags, next);
    }

    /** Makes a chain available. */
    int expose(int head) {
        ram.put16(available + 4 + 2L * (nextAvailable & size - 1), head);
        nextAvailable = nextAvailable + 1 & 0xffff;
        availableIndex(nextAvailable);
        return head;
    }

    @Override
    public int submit(Buffer... buffers) {
        return expose(lay(buffers));
    }

    @Override
    public int submitIndirect(long table, Buffer... buffers) {
        return expose(layIndirect(table, buffers));
    }

    @Override
    public boolean needsKick() {
        int from = lastKick;
        lastKick = nextAvailable;
        if (!VirtioFeatures.has(features, VirtioFeatures.EVENT_IDX)) {
            return usedFlags() == 0;
        }
        return (nextAvailable - availableEvent() - 1 & 0xffff) < (nextAvailable - from & 0xffff);
    }

    @Override
    public List<Used> collect() {
        List<Used> elements = new ArrayList<>();
        while (lastUsed != usedIndex()) {
            long element = used + 4 + 8L * (lastUsed & size - 1);
            Used one = new Used((int) ram.get32(element), ram.get32(element + 4));
            elements.add(one);
            release(one.id());
            lastUsed = lastUsed + 1 & 0xffff;
        }
        return elements;
    }

    private void release(int head) {
        int index = head;
        for (int i = 0; i < chainLengths[head]; i++) {
            free.add(index);
            index = ram.get16(descriptors + 16L * index + 14);
        }
    }

    int lastUsed() {
        return lastUsed;
    }

    @Override
    public boolean hasUsed() {
        return usedIndex() != lastUsed;
    }

    @Override
    public void wantSignal() {
        if (VirtioFeatures.has(features, VirtioFeatures.EVENT_IDX)) {
            usedEvent(lastUsed);
        } else {
            noInterrupt(false);
        }
    }

    @Override
    public void wantSignalAhead(int distance) {
        if (VirtioFeatures.has(features, VirtioFeatures.EVENT_IDX)) {
            usedEvent(lastUsed + distance & 0xffff);
        } else {
            noInterrupt(distance % 2 == 0);
        }
    }

    // ---- single fields

    void descriptor(int index, long address, long length, int flags, int next) {
        descriptorAt(descriptors + 16L * index, address, length, flags, next);
    }

    void descriptorAt(long position, long address, long length, int flags, int next) {
        ram.put64(position, address);
        ram.put32(position + 8, length);
        ram.put16(position + 12, flags);
        ram.put16(position + 14, next);
    }

    void availableIndex(int index) {
        ram.put16(available + 2, index);
    }

    void noInterrupt(boolean on) {
        ram.put16(available, on ? 1 : 0);
    }

    void usedEvent(int index) {
        ram.put16(available + 4 + 2L * size, index);
    }

    int usedFlags() {
        return ram.get16(used);
    }

    int usedIndex() {
        return ram.get16(used + 2);
    }

    int availableEvent() {
        return ram.get16(used + 4 + 8L * size);
    }
}
