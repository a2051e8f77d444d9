// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

/**
 * Where the parts of a split ring lie (virtio 1.x, 2.7), as guest addresses.
 *
 * @param size number of descriptors
 * @param descriptors the descriptor table
 * @param available the available ring
 * @param used the used ring
 */
public record SplitRingLayout(int size, long descriptors, long available, long used) implements RingLayout {
    /** Bytes of a descriptor. */
    public static final int DESCRIPTOR = 16;

    @Override
    public long returned() {
        return used;
    }

    /** Bytes of the available ring: flags, index, entries, used_event. */
    public static int availableBytes(int size) {
        return 6 + 2 * size;
    }

    /** Bytes of the used ring: flags, index, elements, avail_event. */
    public static int usedBytes(int size) {
        return 6 + 8 * size;
    }

    /** One block, the used ring on the next page: the layout of legacy devices, still that of many drivers. */
    public static SplitRingLayout pageAligned(FrontendMemory memory, int size) {
        int page = 4096;
        int head = DESCRIPTOR * size + availableBytes(size);
        int usedOffset = (head + page - 1) / page * page;
        long start = memory.allocate(usedOffset + usedBytes(size), page);
        return new SplitRingLayout(size, start, start + DESCRIPTOR * size, start + usedOffset);
    }

    /** One block without gaps but those that alignment demands: 16 bytes for the block, 8 for the used ring. */
    public static SplitRingLayout packedTogether(FrontendMemory memory, FrontendRegion region, int size) {
        long start = memory.allocate(region, packedBytes(size), DESCRIPTOR);
        long available = start + DESCRIPTOR * size;
        return new SplitRingLayout(size, start, available, available + (availableBytes(size) + 7) / 8 * 8);
    }

    /** Bytes that {@link #packedTogether} takes, a multiple of 16. */
    public static int packedBytes(int size) {
        int used = DESCRIPTOR * size + (availableBytes(size) + 7) / 8 * 8;
        return (used + usedBytes(size) + 15) / 16 * 16;
    }

    /** Three places of their own, each aligned as loosely as the specification allows. */
    public static SplitRingLayout scattered(FrontendMemory memory, int size) {
        memory.allocate(2, 2);
        long available = memory.allocate(availableBytes(size), 2);
        long descriptors = memory.allocate(DESCRIPTOR * (long) size, DESCRIPTOR);
        memory.allocate(4, 4);
        return new SplitRingLayout(size, descriptors, available, memory.allocate(usedBytes(size), 4));
    }
}
