// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.GuestMemory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The available ring, written by the driver: struct virtq_avail, virtio 1.x section 2.7.6.
 *
 * <pre>
 *    0        2        4        6            4 + 2 * size     6 + 2 * size
 *   +--------+--------+--------+--------+---+----------------+
 *   | flags  | index  | head 0 | head 1 | … |   used event   |
 *   +--------+--------+--------+--------+---+----------------+
 *                                            with EVENT_IDX only
 * </pre>
 */
final class AvailableRing {
    static final int ALIGNMENT = 2;

    static final int FLAGS_OFFSET = 0;
    static final int INDEX_OFFSET = 2;
    static final int RING_OFFSET = 4;
    static final int ENTRY_SIZE = 2;
    static final int EVENT_SIZE = 2;

    /** Flag: the driver does not want to be notified (VIRTQ_AVAIL_F_NO_INTERRUPT). */
    static final int NO_INTERRUPT = 1;

    private static final VarHandle SHORT =
            MethodHandles.byteBufferViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private final ByteBuffer buffer;
    private final int index;
    private final int flags;
    private final int ring;
    private final int mask;
    private final int usedEvent;

    AvailableRing(GuestMemory memory, long userAddress, int size, boolean eventIndex) {
        RingArea area = RingArea.of(memory, "available ring", userAddress, bytes(size, eventIndex), ALIGNMENT);
        buffer = area.buffer();
        flags = area.offset() + FLAGS_OFFSET;
        index = area.offset() + INDEX_OFFSET;
        ring = area.offset() + RING_OFFSET;
        mask = size - 1;
        usedEvent = ring + ENTRY_SIZE * size;
    }

    /** Bytes of a ring. Some front-ends leave the event out of their memory when it is not negotiated. */
    static int bytes(int size, boolean eventIndex) {
        return RING_OFFSET + ENTRY_SIZE * size + (eventIndex ? EVENT_SIZE : 0);
    }

    /** Index behind the last head made available. What is read afterwards is at least as new: the heads and their chains. */
    int index() {
        return (short) SHORT.getAcquire(buffer, index) & 0xffff;
    }

    /**
     * Copies heads from a free-running position on. All at once, because the driver goes on writing to the same cache line: it comes over
     * once then, not again and again.
     */
    void heads(int position, int[] heads, int count) {
        for (int i = 0; i < count; i++) {
            heads[i] = buffer.getShort(ring + ENTRY_SIZE * (position + i & mask)) & 0xffff;
        }
    }

    boolean noInterrupt() {
        return (buffer.getShort(flags) & NO_INTERRUPT) != 0;
    }

    /** Index of the used element that the driver wants to be notified of; only with EVENT_IDX. */
    int usedEvent() {
        return buffer.getShort(usedEvent) & 0xffff;
    }
}
