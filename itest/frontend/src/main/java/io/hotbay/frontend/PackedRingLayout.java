// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

/**
 * Where the parts of a packed ring lie (virtio 1.x, 2.8), as guest addresses.
 *
 * @param size number of descriptors
 * @param descriptors the descriptor ring
 * @param available the driver's event area
 * @param used the device's event area
 */
public record PackedRingLayout(int size, long descriptors, long available, long used) implements RingLayout {
    /** Bytes of an event area. */
    public static final int EVENTS = 4;

    @Override
    public long returned() {
        return descriptors;
    }

    /** Ring and event areas on a page each, the ring on as many as it needs, as Linux has it. */
    public static PackedRingLayout pageAligned(FrontendMemory memory, int size) {
        int page = 4096;
        long descriptors = memory.allocate((long) SplitRingLayout.DESCRIPTOR * size, page);
        long available = memory.allocate(EVENTS, page);
        return new PackedRingLayout(size, descriptors, available, memory.allocate(EVENTS, page));
    }

    /** One block, the device's event area on the next page, as SPDK's initiator has it. */
    public static PackedRingLayout deviceOnNextPage(FrontendMemory memory, int size) {
        int page = 4096;
        int head = SplitRingLayout.DESCRIPTOR * size + EVENTS;
        int device = (head + page - 1) / page * page;
        long start = memory.allocate(device + EVENTS, page);
        return new PackedRingLayout(size, start, start + head - EVENTS, start + device);
    }

    /** Ring and event areas in one block. */
    public static PackedRingLayout packedTogether(FrontendMemory memory, FrontendRegion region, int size) {
        int ring = SplitRingLayout.DESCRIPTOR * size;
        long start = memory.allocate(region, packedBytes(size), SplitRingLayout.DESCRIPTOR);
        return new PackedRingLayout(size, start, start + ring, start + ring + EVENTS);
    }

    /** Bytes that {@link #packedTogether} takes. */
    public static int packedBytes(int size) {
        return SplitRingLayout.DESCRIPTOR * size + 2 * EVENTS;
    }
}
