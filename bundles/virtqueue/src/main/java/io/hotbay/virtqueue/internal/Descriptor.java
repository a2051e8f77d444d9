// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import java.nio.LongBuffer;

/**
 * A descriptor of a split ring or of a split ring's indirect table: struct virtq_desc, virtio 1.x section 2.7.5.
 *
 * <pre>
 *    0        4        8        12       14       16
 *   +--------+--------+--------+--------+--------+
 *   |     address     | length | flags  |  next  |
 *   +--------+--------+--------+--------+--------+
 *                     |&lt;--------- rest ---------&gt;|
 * </pre>
 *
 * The last three fields are read at once, so that the guest cannot change one of them between two looks. Tables are looked at as
 * longs, two a descriptor: of all accesses to a buffer these take the fewest checks.
 */
final class Descriptor {
    /** Bytes of a descriptor. */
    static final int SIZE = 16;
    /** Alignment of a table of descriptors (section 2.7). */
    static final int ALIGNMENT = 16;

    static final int LENGTH_OFFSET = 8;
    static final int FLAGS_OFFSET = 12;
    static final int NEXT_OFFSET = 14;

    /** The chain goes on at {@code next}. */
    static final int NEXT = 1;
    /** The buffer is for the device to write; without this flag it is for it to read. */
    static final int WRITE = 2;
    /** The buffer holds a table of descriptors. */
    static final int INDIRECT = 4;

    /** Longs of a descriptor. */
    static final int LONGS = SIZE / Long.BYTES;

    private static final int FLAGS_SHIFT = 8 * (FLAGS_OFFSET - LENGTH_OFFSET);
    private static final int NEXT_SHIFT = 8 * (NEXT_OFFSET - LENGTH_OFFSET);
    private static final int FLAGS = NEXT | WRITE | INDIRECT;
    private static final long LENGTH_MASK = 0xffff_ffffL;

    private Descriptor() {}

    /** The address; {@code first} is the first long of the descriptor. */
    static long address(LongBuffer table, int first) {
        return table.get(first);
    }

    /** The other fields. */
    static long rest(LongBuffer table, int first) {
        return table.get(first + 1);
    }

    /** Length in bytes, 0 to 2^32 - 1. */
    static long length(long rest) {
        return rest & LENGTH_MASK;
    }

    static boolean has(long rest, int flag) {
        return ((int) (rest >>> FLAGS_SHIFT) & flag) != 0;
    }

    /** Whether three descriptors are a chain of one buffer to read, one either way, and one to write. */
    static boolean areHeaderDataStatus(long header, long data, long status) {
        return (flags(header) & FLAGS ^ NEXT | flags(data) & FLAGS - WRITE ^ NEXT | flags(status) & FLAGS ^ WRITE) == 0;
    }

    private static int flags(long rest) {
        return (int) (rest >>> FLAGS_SHIFT);
    }

    /** Index of the next descriptor, 0 to 65535. */
    static int next(long rest) {
        return (int) (rest >>> NEXT_SHIFT);
    }
}
