// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.GuestMemory;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * The used ring, written by the device: struct virtq_used, virtio 1.x section 2.7.8.
 *
 * <pre>
 *    0        2        4        8        12        4 + 8 * size      6 + 8 * size
 *   +--------+--------+--------+--------+---------+-----------------+
 *   | flags  | index  |  id 0  | length 0 | id 1 … | available event |
 *   +--------+--------+--------+--------+---------+-----------------+
 *                                                  with EVENT_IDX only
 * </pre>
 *
 * All 16-bit stores are plain ones between fences: a release store makes the JVM's interpreter crash, not throw, when the
 * front-end truncates the memory.
 */
final class UsedRing {
    static final int ALIGNMENT = 4;

    static final int FLAGS_OFFSET = 0;
    static final int INDEX_OFFSET = 2;
    static final int RING_OFFSET = 4;
    static final int ENTRY_SIZE = 8;
    static final int FLAGS_SIZE = 2;
    static final int INDEX_SIZE = 2;
    static final int EVENT_SIZE = 2;

    /** Flag: the device does not want to be notified (VIRTQ_USED_F_NO_NOTIFY). */
    static final int NO_NOTIFY = 1;

    private static final int LENGTH_SHIFT = 32;

    private final ByteBuffer buffer;
    private final int flags;
    private final int index;
    private final int ring;
    private final int mask;
    private final int availableEvent;

    UsedRing(GuestMemory memory, long userAddress, int size, boolean eventIndex) {
        RingArea area = RingArea.of(memory, "used ring", userAddress, bytes(size, eventIndex), ALIGNMENT);
        buffer = area.buffer();
        flags = area.offset() + FLAGS_OFFSET;
        index = area.offset() + INDEX_OFFSET;
        ring = area.offset() + RING_OFFSET;
        mask = size - 1;
        availableEvent = ring + ENTRY_SIZE * size;
    }

    /** Bytes of a ring. Some front-ends leave the event out of their memory when it is not negotiated. */
    static int bytes(int size, boolean eventIndex) {
        return RING_OFFSET + ENTRY_SIZE * size + (eventIndex ? EVENT_SIZE : 0);
    }

    /** Where the element at a position inside the ring begins. */
    static int elementOffset(int slot) {
        return RING_OFFSET + ENTRY_SIZE * slot;
    }

    int index() {
        return buffer.getShort(index) & 0xffff;
    }

    /** Fills the element at a free-running position; the driver does not look at it before {@link #publish}. */
    void element(int position, int id, int length) {
        buffer.putLong(ring + ENTRY_SIZE * (position & mask), (long) length << LENGTH_SHIFT | id);
    }

    /** Shows all elements before a free-running position to the driver. */
    void publish(int position) {
        VarHandle.releaseFence();
        buffer.putShort(index, (short) position);
    }

    /** Asks the driver to notify, or not to; without EVENT_IDX only. */
    void noNotify(boolean on) {
        buffer.putShort(flags, (short) (on ? NO_NOTIFY : 0));
    }

    /** Asks the driver to notify when it makes the chain at a free-running position available; only with EVENT_IDX. */
    void availableEvent(int position) {
        buffer.putShort(availableEvent, (short) position);
    }
}
