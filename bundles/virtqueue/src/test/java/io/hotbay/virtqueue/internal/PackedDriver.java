// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.DirtyLog;
import io.hotbay.memory.GuestMemory;
import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtio.VirtqueueSetup;
import io.hotbay.virtqueue.internal.SplitDriver.Buffer;
import io.hotbay.virtqueue.internal.SplitDriver.Used;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The driver's side of a packed ring after virtio 1.x section 2.8, with offsets of its own. It also lets a test write any
 * field, as a hostile guest could. Buffer ids have nothing to do with slots.
 */
final class PackedDriver implements RingDriver {
    static final int NEXT = 1;
    static final int WRITE = 2;
    static final int INDIRECT = 4;
    static final int AVAIL = 1 << 7;
    static final int USED = 1 << 15;

    final GuestRam ram;
    final int size;
    final long features;
    final long descriptors;
    final long driverEvents;
    final long deviceEvents;

    private final Deque<Integer> ids = new ArrayDeque<>();
    private final int[] chainLengths;
    private int freeSlots;
    private int nextSlot;
    private boolean nextWrap = true;
    private int usedSlot;
    private boolean usedWrap = true;
    private int madeAvailable;

    /** A ring at an address, 16-aligned, in memory that holds it. */
    PackedDriver(GuestRam ram, long address, int size, long features) {
        this.ram = ram;
        this.size = size;
        this.features = features | VirtioFeatures.RING_PACKED;
        descriptors = address;
        driverEvents = address + 16L * size;
        deviceEvents = driverEvents + 4;
        chainLengths = new int[size];
        freeSlots = size;
        for (int id = size - 1; id >= 0; id--) {
            ids.add(id);
        }
    }

    /** Lets both sides begin at a position below twice the size, in a ring that has gone round before. */
    PackedDriver startAt(int position) {
        int start = position % (2 * size);
        for (int i = 0; i < start; i++) {
            ram.put16(descriptors + 16L * (i % size) + 14, i < size ? AVAIL | USED : 0);
            ram.put32(descriptors + 16L * (i % size) + 8, 1);
        }
        nextSlot = usedSlot = start % size;
        nextWrap = usedWrap = start < size;
        return this;
    }

    /** The base of a ring where all is answered, as both sides see it now. */
    int base() {
        int position = usedSlot | (usedWrap ? 1 << 15 : 0);
        return position | position << 16;
    }

    @Override
    public VirtqueueSetup setup(GuestMemory memory, ByteBuffer inFlight, DirtyLog log, long usedLogAddress) {
        return setup(memory, inFlight, log, usedLogAddress, base());
    }

    VirtqueueSetup setup(GuestMemory memory, ByteBuffer inFlight, DirtyLog log, long usedLogAddress, int base) {
        return new VirtqueueSetup(
                0,
                size,
                GuestRam.USER + descriptors,
                GuestRam.USER + driverEvents,
                GuestRam.USER + deviceEvents,
                base,
                features,
                memory,
                inFlight,
                log,
                usedLogAddress);
    }

    PackedVirtqueue open() {
        return open(null);
    }

    PackedVirtqueue open(ByteBuffer inFlight) {
        return new PackedVirtqueue(setup(ram.memory(), inFlight, null, VirtqueueSetup.USED_NOT_LOGGED));
    }

    // ---- a driver that plays by the rules

    @Override
    public int freeDescriptors() {
        return freeSlots;
    }

    @Override
    public int nextHead() {
        return ids.element();
    }

    @Override
    public int submit(Buffer... buffers) {
        int id = ids.remove();
        chainLengths[id] = buffers.length;
        int first = nextSlot;
        int firstFlags = 0;
        for (int i = 0; i < buffers.length; i++) {
            Buffer buffer = buffers[i];
            int flags = (i < buffers.length - 1 ? NEXT : 0) | (buffer.writable() ? WRITE : 0) | lapFlags();
            if (i == 0) {
                firstFlags = flags;
            }
            // only the last id counts
            int shownId = i < buffers.length - 1 ? 0xabcd : id;
            descriptor(nextSlot, buffer.address(), buffer.length(), shownId, i == 0 ? flagsAt(first) : flags);
            step();
        }
        flags(first, firstFlags);
        return id;
    }

    @Override
    public int submitIndirect(long table, Buffer... buffers) {
        for (int i = 0; i < buffers.length; i++) {
            tableEntry(table, i, buffers[i], 0x1234, buffers[i].writable() ? WRITE : 0);
        }
        int id = ids.remove();
        chainLengths[id] = 1;
        descriptor(nextSlot, table, 16L * buffers.length, id, INDIRECT | lapFlags());
        step();
        return id;
    }

    void tableEntry(long table, int index, Buffer buffer, int id, int flags) {
        put(table + 16L * index, buffer.address(), buffer.length(), id, flags);
    }

    /** The lap flags that make the next slot available. */
    int lapFlags() {
        return nextWrap ? AVAIL : USED;
    }

    private void step() {
        freeSlots--;
        madeAvailable++;
        nextSlot++;
        if (nextSlot == size) {
            nextSlot = 0;
            nextWrap = !nextWrap;
        }
    }

    @Override
    public boolean needsKick() {
        int made = madeAvailable;
        madeAvailable = 0;
        int event = ram.get16(deviceEvents);
        return switch (ram.get16(deviceEvents + 2)) {
            case 0 -> true;
            case 1 -> false;
            default -> {
                int passed = nextSlot - (event & 0x7fff) - 1;
                if (nextWrap != event >>> 15 > 0) {
                    passed += size;
                }
                yield passed >= 0 && passed < made;
            }
        };
    }

    @Override
    public boolean hasUsed() {
        int flags = flagsAt(usedSlot);
        boolean used = (flags & USED) != 0;
        return (flags & AVAIL) != 0 == used && used == usedWrap;
    }

    @Override
    public List<Used> collect() {
        List<Used> elements = new ArrayList<>();
        while (hasUsed()) {
            long at = descriptors + 16L * usedSlot;
            Used one = new Used(ram.get16(at + 12), ram.get32(at + 8));
            elements.add(one);
            ids.add(one.id());
            freeSlots += chainLengths[one.id()];
            usedSlot += chainLengths[one.id()];
            if (usedSlot >= size) {
                usedSlot -= size;
                usedWrap = !usedWrap;
            }
        }
        return elements;
    }

    @Override
    public void wantSignal() {
        if (VirtioFeatures.has(features, VirtioFeatures.EVENT_IDX)) {
            driverEvent(usedSlot, usedWrap, 2);
        } else {
            driverEvent(0, false, 0);
        }
    }

    @Override
    public void wantSignalAhead(int distance) {
        if (!VirtioFeatures.has(features, VirtioFeatures.EVENT_IDX) || distance % 5 == 0) {
            driverEvent(0, false, distance % 2);
            return;
        }
        int slot = usedSlot + distance % size;
        driverEvent(slot % size, slot < size == usedWrap, 2);
    }

    // ---- single fields

    void driverEvent(int slot, boolean wrap, int flags) {
        ram.put16(driverEvents, slot | (wrap ? 1 << 15 : 0));
        ram.put16(driverEvents + 2, flags);
    }

    void descriptor(int slot, long address, long length, int id, int flags) {
        put(descriptors + 16L * slot, address, length, id, flags);
    }

    private void put(long at, long address, long length, int id, int flags) {
        ram.put64(at, address);
        ram.put32(at + 8, length);
        ram.put16(at + 12, id);
        ram.put16(at + 14, flags);
    }

    void flags(int slot, int flags) {
        ram.put16(descriptors + 16L * slot + 14, flags);
    }

    int flagsAt(int slot) {
        return ram.get16(descriptors + 16L * slot + 14);
    }

    int deviceEvent() {
        return (int) ram.get32(deviceEvents);
    }
}
