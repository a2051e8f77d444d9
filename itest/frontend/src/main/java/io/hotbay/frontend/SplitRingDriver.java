// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import io.hotbay.linux.EventFd;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * The driver's side of a split ring (virtio 1.x, 2.7), as thin as it gets: whoever uses it says which descriptors to
 * write and which heads to offer, so that a load generator pays for nothing it does not need and a test can do what no
 * driver would. Nothing here allocates. For one thread at a time.
 *
 * <pre>
 *   writeDescriptor(…)  offer(head) …  publish()  [kick() if kickWanted()]
 *   …
 *   head = takeUsed()   length = usedLength()
 * </pre>
 */
public final class SplitRingDriver {
    /** Descriptor flag: the chain goes on. */
    public static final int NEXT = 1;
    /** Descriptor flag: for the device to write. */
    public static final int WRITE = 2;
    /** Descriptor flag: refers to a table of descriptors. */
    public static final int INDIRECT = 4;

    /** The only flag of either ring: do not notify. */
    private static final short QUIET = 1;

    /** Offset of the index in both rings. */
    static final int INDEX = 2;
    /** Offset of the first entry in both rings. */
    private static final int ENTRIES = 4;
    /** Bytes of an element of the used ring: id and length. */
    static final int USED_ELEMENT = 8;

    private final SplitRingLayout layout;
    private final boolean eventIndex;
    private final int mask;
    private final ByteBuffer descriptors;
    private final ByteBuffer available;
    private final ByteBuffer used;
    private final EventFd kick;
    /** Offset of the driver's wish in the available ring. */
    private final int usedEvent;
    /** Offset of the device's wish in the used ring. */
    private final int availableEvent;

    private short nextAvailable;
    private short published;
    private short nextUsed;
    private int lastLength;

    /**
     * Makes a driver of an empty ring: all indices 0.
     *
     * @param eventIndex whether EVENT_IDX was negotiated
     * @param kick how to notify the device
     */
    public SplitRingDriver(FrontendMemory memory, SplitRingLayout layout, boolean eventIndex, EventFd kick) {
        this.layout = layout;
        this.eventIndex = eventIndex;
        this.kick = kick;
        int size = layout.size();
        mask = size - 1;
        descriptors = memory.window(layout.descriptors(), SplitRingLayout.DESCRIPTOR * size);
        available = memory.window(layout.available(), SplitRingLayout.availableBytes(size));
        used = memory.window(layout.used(), SplitRingLayout.usedBytes(size));
        usedEvent = ENTRIES + 2 * size;
        availableEvent = ENTRIES + USED_ELEMENT * size;
    }

    /** Where the ring lies. */
    public SplitRingLayout layout() {
        return layout;
    }

    /** Number of descriptors. */
    public int size() {
        return layout.size();
    }

    /** Index of the next entry to be offered, modulo 65536: where a device that has taken everything stands. */
    public int availableIndex() {
        return nextAvailable & 0xffff;
    }

    /** Index of the next used element to be taken, modulo 65536. */
    public int usedIndex() {
        return nextUsed & 0xffff;
    }

    /** The guest address of the used element that the device writes next, when it has returned all that was taken. */
    public long nextUsedAddress() {
        return layout.used() + ENTRIES + (long) USED_ELEMENT * (nextUsed & mask);
    }

    /** The used index as the device has written it, modulo 65536. */
    public int publishedUsedIndex() {
        return used.getShort(INDEX) & 0xffff;
    }

    /** The descriptor table, for tests that damage it. */
    public ByteBuffer descriptorTable() {
        return descriptors;
    }

    /** The available ring, for tests that damage it. */
    public ByteBuffer availableRing() {
        return available;
    }

    /** The used ring, for tests that look at it or damage it. */
    public ByteBuffer usedRing() {
        return used;
    }

    /** Empties the ring: all indices 0, as after a reset of the device. */
    public void reset() {
        for (ByteBuffer part : new ByteBuffer[] {descriptors, available, used}) {
            for (int i = 0; i < part.capacity(); i++) {
                part.put(i, (byte) 0);
            }
        }
        nextAvailable = 0;
        published = 0;
        nextUsed = 0;
    }

    /** Puts all indices of an empty ring to a figure, as if so many buffers had gone through it. */
    public void startAt(int index) {
        nextAvailable = (short) index;
        published = nextAvailable;
        nextUsed = nextAvailable;
        available.putShort(INDEX, nextAvailable);
        used.putShort(INDEX, nextUsed);
    }

    // ---- making buffers available

    /** Writes a descriptor, whatever it says. */
    public void writeDescriptor(int index, long address, int length, int flags, int next) {
        writeDescriptor(descriptors, index, address, length, flags, next);
    }

    /** Writes a descriptor into a table, be it the ring's or an indirect one. */
    public static void writeDescriptor(ByteBuffer table, int index, long address, int length, int flags, int next) {
        int at = index * SplitRingLayout.DESCRIPTOR;
        table.putLong(at, address);
        table.putInt(at + 8, length);
        table.putShort(at + 12, (short) flags);
        table.putShort(at + 14, (short) next);
    }

    /** Puts a head into the available ring; the device sees it after {@link #publish}. */
    public void offer(int head) {
        available.putShort(ENTRIES + 2 * (nextAvailable & mask), (short) head);
        nextAvailable++;
    }

    /** Lets the device see what was offered. */
    public void publish() {
        // The entries before the index: a device that sees the index must see them.
        VarHandle.releaseFence();
        available.putShort(INDEX, nextAvailable);
    }

    /** Sets the available index to any figure, as no driver would. */
    public void publishIndex(int index) {
        nextAvailable = (short) index;
        publish();
    }

    /** Whether the device wants to be notified of what was published since the last call. */
    public boolean kickWanted() {
        short before = published;
        published = nextAvailable;
        // The index written above before the device's wish is read (virtio 1.x, 2.7.13.4): either side sees the other.
        VarHandle.fullFence();
        if (!eventIndex) {
            return (used.getShort(0) & QUIET) == 0;
        }
        int event = used.getShort(availableEvent);
        return ((published - event - 1) & 0xffff) < ((published - before) & 0xffff);
    }

    /** Notifies the device. */
    public void kick() {
        kick.signal();
    }

    // ---- taking used buffers

    /** Whether {@link #takeUsed} has something to take. */
    public boolean hasUsed() {
        return usedCount() != 0;
    }

    /** How many used elements the device has published and this side not yet taken: more than the ring's size is wrong. */
    public int usedCount() {
        // A plain access and a fence: should the memory's file be truncated, the JVM survives only plain ones.
        short index = used.getShort(INDEX);
        VarHandle.acquireFence();
        return (index - nextUsed) & 0xffff;
    }

    /** Takes the next used element: its id, or -1 if there is none. */
    public int takeUsed() {
        return hasUsed() ? takeCounted() : -1;
    }

    /** Takes a used element that {@link #usedCount} has counted. */
    public int takeCounted() {
        int at = ENTRIES + USED_ELEMENT * (nextUsed & mask);
        lastLength = used.getInt(at + 4);
        nextUsed++;
        return used.getInt(at);
    }

    /** How many bytes the device says it has written to the chain taken last. */
    public int usedLength() {
        return lastLength;
    }

    /**
     * Asks to be notified of the next used buffer.
     *
     * @return false if there is one already, which may come without a notification
     */
    public boolean askForNotification() {
        if (eventIndex) {
            available.putShort(usedEvent, nextUsed);
        } else {
            available.putShort(0, (short) 0);
        }
        // The wish written before the index is read: either the device sees the wish or this side sees its index.
        VarHandle.fullFence();
        return !hasUsed();
    }

    /** Asks not to be notified; with event indices to be repeated now and then, as it wears off after 65535 buffers. */
    public void askForSilence() {
        if (eventIndex) {
            // ahead of all that can come; an index that has passed is one that some devices wait for again
            available.putShort(usedEvent, (short) (nextUsed + size()));
        } else {
            available.putShort(0, QUIET);
        }
    }

    /** Asks to be notified when the used index passes a figure; EVENT_IDX only. */
    public void askForNotificationAt(int index) {
        available.putShort(usedEvent, (short) index);
        VarHandle.fullFence();
    }
}
