// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import io.hotbay.linux.EventFd;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * The driver's side of a packed ring (virtio 1.x, 2.8) with an account of its chains. A chain takes slots that follow one
 * another; its id stands in the last of them, and something else in the others, so that a device that looks there is
 * found out. Nothing here allocates.
 */
public final class PackedDriverRing implements DriverRing {
    /** Descriptor flag: equal to the driver's wrap counter when available. */
    public static final int AVAILABLE = 1 << 7;
    /** Descriptor flag: equal to the device's wrap counter when used. */
    public static final int USED = 1 << 15;
    /** Bit of a position that holds the wrap counter. */
    public static final int WRAP = 1 << 15;
    /** The base of an empty ring: positions 0, wrap counters 1, of available and used descriptors. */
    public static final int FIRST_POSITION = WRAP << 16 | WRAP;

    /** What an id is exchanged for where nobody may read it. */
    private static final short NO_ID = (short) 0xfffe;
    /** Notifications wanted: always, never, at a position. */
    private static final short ENABLE = 0;

    private static final short DISABLE = 1;
    private static final short AT_POSITION = 2;

    /** Offsets in a descriptor. */
    private static final int LENGTH = 8;

    private static final int ID = 12;
    private static final int FLAGS = 14;
    /** Offset in an event area. */
    private static final int EVENT_FLAGS = 2;
    /** No descriptor waits to be published. */
    private static final int NONE = -1;

    private final PackedRingLayout layout;
    private final boolean eventIndex;
    private final EventFd kick;
    private final int size;
    private final ByteBuffer descriptors;
    private final ByteBuffer driverEvents;
    private final ByteBuffer deviceEvents;

    private final int[] freeIds;
    private int freeIdCount;
    /** Slots of the chain with this id; 0 if there is none. */
    private final int[] taken;

    private int free;
    private int nextSlot;
    private boolean nextWrap = true;
    private int usedSlot;
    private boolean usedWrap = true;
    private int firstUnpublished = NONE;
    private short firstFlags;
    private int addedSinceKick;
    private int lastLength;

    /**
     * Makes a driver of an empty ring.
     *
     * @param eventIndex whether EVENT_IDX was negotiated
     * @param kick how to notify the device
     */
    public PackedDriverRing(FrontendMemory memory, PackedRingLayout layout, boolean eventIndex, EventFd kick) {
        this.layout = layout;
        this.eventIndex = eventIndex;
        this.kick = kick;
        size = layout.size();
        descriptors = memory.window(layout.descriptors(), SplitRingLayout.DESCRIPTOR * size);
        driverEvents = memory.window(layout.available(), PackedRingLayout.EVENTS);
        deviceEvents = memory.window(layout.used(), PackedRingLayout.EVENTS);
        freeIds = new int[size];
        taken = new int[size];
        freeAll();
    }

    private void freeAll() {
        for (int i = 0; i < size; i++) {
            freeIds[i] = size - 1 - i;
            taken[i] = 0;
        }
        freeIdCount = size;
        free = size;
    }

    /** The descriptor ring, for tests that look at it or damage it. */
    public ByteBuffer descriptorRing() {
        return descriptors;
    }

    /** The driver's event area, for tests. */
    public ByteBuffer driverEvents() {
        return driverEvents;
    }

    /** The device's event area, for tests. */
    public ByteBuffer deviceEvents() {
        return deviceEvents;
    }

    @Override
    public PackedRingLayout layout() {
        return layout;
    }

    @Override
    public int free() {
        return free;
    }

    @Override
    public int nextId() {
        requireFree(1);
        return freeIds[freeIdCount - 1];
    }

    // ---- making chains available

    @Override
    public int add(DescriptorChain chain) {
        int count = chain.count();
        requireFree(count);
        int id = takeId(count);
        for (int i = 0; i < count; i++) {
            boolean last = i == count - 1;
            int flags = (chain.isWritable(i) ? SplitRingDriver.WRITE : 0) | (last ? 0 : SplitRingDriver.NEXT);
            write(chain.address(i), chain.length(i), last ? (short) id : NO_ID, flags);
        }
        return id;
    }

    @Override
    public int addIndirect(DescriptorChain chain, ByteBuffer table, long tableAddress) {
        requireFree(1);
        int id = takeId(1);
        int count = chain.count();
        for (int i = 0; i < count; i++) {
            int at = i * SplitRingLayout.DESCRIPTOR;
            table.putLong(at, chain.address(i));
            table.putInt(at + LENGTH, chain.length(i));
            table.putShort(at + ID, NO_ID);
            table.putShort(at + FLAGS, (short) (chain.isWritable(i) ? SplitRingDriver.WRITE : 0));
        }
        write(tableAddress, count * SplitRingLayout.DESCRIPTOR, (short) id, SplitRingDriver.INDIRECT);
        return id;
    }

    private int takeId(int count) {
        int id = freeIds[--freeIdCount];
        taken[id] = count;
        free -= count;
        return id;
    }

    private void requireFree(int count) {
        if (count > free) {
            throw new IllegalStateException(
                    "the ring has " + free + " free descriptors, " + count + " are wanted; take used buffers first");
        }
    }

    private void write(long address, int length, short id, int flags) {
        int at = nextSlot * SplitRingLayout.DESCRIPTOR;
        descriptors.putLong(at, address);
        descriptors.putInt(at + LENGTH, length);
        descriptors.putShort(at + ID, id);
        short whole = (short) (flags | (nextWrap ? AVAILABLE : USED));
        if (firstUnpublished == NONE) {
            firstUnpublished = nextSlot;
            firstFlags = whole;
        } else {
            descriptors.putShort(at + FLAGS, whole);
        }
        addedSinceKick++;
        nextSlot++;
        if (nextSlot == size) {
            nextSlot = 0;
            nextWrap = !nextWrap;
        }
    }

    @Override
    public void publish() {
        if (firstUnpublished == NONE) {
            return;
        }
        // All else before the flags of the first: a device that sees these goes on to what follows.
        VarHandle.releaseFence();
        descriptors.putShort(firstUnpublished * SplitRingLayout.DESCRIPTOR + FLAGS, firstFlags);
        firstUnpublished = NONE;
    }

    @Override
    public boolean kickWanted() {
        int added = addedSinceKick;
        addedSinceKick = 0;
        // The flags written above before the device's wish is read: either side sees the other.
        VarHandle.fullFence();
        short flags = deviceEvents.getShort(EVENT_FLAGS);
        if (flags != AT_POSITION) {
            return flags != DISABLE;
        }
        int wish = deviceEvents.getShort(0);
        int event = wish & ~WRAP;
        if ((wish & WRAP) != 0 != nextWrap) {
            event -= size;
        }
        return ((nextSlot - event - 1) & 0xffff) < (added & 0xffff);
    }

    @Override
    public void kick() {
        kick.signal();
    }

    // ---- taking used descriptors

    @Override
    public boolean hasUsed() {
        // A plain access and a fence: should the memory's file be truncated, the JVM survives only plain ones.
        int flags = descriptors.getShort(usedSlot * SplitRingLayout.DESCRIPTOR + FLAGS);
        VarHandle.acquireFence();
        return (flags & AVAILABLE) != 0 == usedWrap && (flags & USED) != 0 == usedWrap;
    }

    @Override
    public int take() throws ProtocolViolationException {
        if (!hasUsed()) {
            return -1;
        }
        int at = usedSlot * SplitRingLayout.DESCRIPTOR;
        int id = descriptors.getShort(at + ID) & 0xffff;
        if (!isInFlight(id)) {
            throw new ProtocolViolationException("the device returned buffer " + id + ", which it does not have");
        }
        lastLength = descriptors.getInt(at + LENGTH);
        usedSlot += taken[id];
        if (usedSlot >= size) {
            usedSlot -= size;
            usedWrap = !usedWrap;
        }
        free += taken[id];
        taken[id] = 0;
        freeIds[freeIdCount++] = id;
        return id;
    }

    /** The slot of the descriptor that the device returns next. */
    int usedSlot() {
        return usedSlot;
    }

    /** The wrap counter with which it returns that. */
    boolean usedWrap() {
        return usedWrap;
    }

    /** The guest address of the descriptor that the device returns next. */
    public long nextUsedAddress() {
        return layout.descriptors() + (long) SplitRingLayout.DESCRIPTOR * usedSlot;
    }

    @Override
    public int usedLength() {
        return lastLength;
    }

    @Override
    public boolean isInFlight(int id) {
        return id >= 0 && id < size && taken[id] > 0;
    }

    @Override
    public boolean askForNotification() {
        if (eventIndex) {
            driverEvents.putShort(0, (short) (usedSlot | (usedWrap ? WRAP : 0)));
            VarHandle.releaseFence();
            driverEvents.putShort(EVENT_FLAGS, AT_POSITION);
        } else {
            driverEvents.putShort(EVENT_FLAGS, ENABLE);
        }
        // The wish written before the flags are read: either the device sees the wish or this side sees its flags.
        VarHandle.fullFence();
        return !hasUsed();
    }

    @Override
    public void askForSilence() {
        driverEvents.putShort(EVENT_FLAGS, DISABLE);
    }

    // ---- positions

    @Override
    public int position() {
        int available = nextSlot | (nextWrap ? WRAP : 0);
        return available << 16 | available;
    }

    /**
     * Puts an empty ring to a position, as if buffers had gone through it: all descriptors look used in the round before.
     *
     * @param slot the next to be made available and used
     * @param wrap both wrap counters
     */
    public void startAt(int slot, boolean wrap) {
        for (int i = 0; i < size; i++) {
            boolean round = i < slot ? wrap : !wrap;
            descriptors.putShort(i * SplitRingLayout.DESCRIPTOR + FLAGS, (short) (round ? AVAILABLE | USED : 0));
        }
        nextSlot = slot;
        usedSlot = slot;
        nextWrap = wrap;
        usedWrap = wrap;
    }

    @Override
    public Integer positionInMemory() {
        return null;
    }

    @Override
    public int firstPosition() {
        return FIRST_POSITION;
    }

    @Override
    public void reset() {
        for (ByteBuffer part : new ByteBuffer[] {descriptors, driverEvents, deviceEvents}) {
            for (int i = 0; i < part.capacity(); i++) {
                part.put(i, (byte) 0);
            }
        }
        freeAll();
        nextSlot = 0;
        nextWrap = true;
        usedSlot = 0;
        usedWrap = true;
        firstUnpublished = NONE;
        addedSinceKick = 0;
    }
}
