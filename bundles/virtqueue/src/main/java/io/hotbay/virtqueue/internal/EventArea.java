// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.GuestMemory;
import java.nio.ByteBuffer;

/**
 * Says when one side of a packed ring wants to be notified by the other: struct pvirtq_event_suppress, virtio 1.x section
 * 2.8.10. Both fields are read and written at once.
 *
 * <pre>
 *    0                 2       4
 *   +-----------------+-------+
 *   | slot, wrap << 15| flags |
 *   +-----------------+-------+
 * </pre>
 */
final class EventArea {
    static final int SIZE = 4;
    static final int ALIGNMENT = 4;

    /** Flags: notify always. */
    static final int ENABLE = 0;
    /** Flags: never notify. */
    static final int DISABLE = 1;
    /** Flags: notify when the position is passed; only with EVENT_IDX. */
    static final int AT_POSITION = 2;

    private static final int FLAGS_MASK = 3;
    private static final int FLAGS_SHIFT = 16;
    private static final int POSITION_MASK = 0xffff;

    private final ByteBuffer buffer;
    private final int offset;
    private final long guestAddress;

    EventArea(GuestMemory memory, String name, long userAddress) {
        RingArea area = RingArea.of(memory, name, userAddress, SIZE, ALIGNMENT);
        buffer = area.buffer();
        offset = area.offset();
        guestAddress = area.guestAddress();
    }

    long guestAddress() {
        return guestAddress;
    }

    int read() {
        return buffer.getInt(offset);
    }

    static int flags(int event) {
        return event >>> FLAGS_SHIFT & FLAGS_MASK;
    }

    /** The position, encoded as {@link Laps#encode} does. */
    static int position(int event) {
        return event & POSITION_MASK;
    }

    void write(int flags, int position) {
        buffer.putInt(offset, flags << FLAGS_SHIFT | position);
    }
}
