// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The configuration space of a block device (virtio 1.x, 5.2.4); what lies behind the bytes that were read counts as 0. */
public final class BlockConfig {
    /** Bytes up to and including the number of queues. */
    public static final int SIZE_WITH_QUEUES = 36;
    /** Bytes up to and including the discard fields. */
    public static final int SIZE_WITH_DISCARD = 48;
    /** Bytes up to and including write_zeroes_may_unmap. */
    public static final int SIZE_WITH_WRITE_ZEROES = 57;
    /** Bytes of the structure before secure erase was added. */
    public static final int SIZE_BEFORE_SECURE_ERASE = 60;
    /** Offset of the write-cache switch. */
    public static final int WRITEBACK = 32;
    /** Bytes of the whole structure in virtio 1.4. */
    private static final int SIZE = 96;

    private final ByteBuffer fields;

    /** Reads the first bytes of a configuration space. */
    public BlockConfig(byte[] content) {
        fields = ByteBuffer.wrap(Arrays.copyOf(content, Math.max(content.length, SIZE)))
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Number of sectors of 512 bytes. */
    public long capacity() {
        return fields.getLong(0);
    }

    /** Longest segment in bytes; 0 unless SIZE_MAX. */
    public int sizeMax() {
        return fields.getInt(8);
    }

    /** Most segments of a request. */
    public int segMax() {
        return fields.getInt(12);
    }

    /** Bytes of a logical block. */
    public int blockSize() {
        return fields.getInt(20);
    }

    /** Whether the write cache is on. */
    public boolean writeback() {
        return fields.get(WRITEBACK) != 0;
    }

    /** Number of queues. */
    public int numQueues() {
        return Short.toUnsignedInt(fields.getShort(34));
    }

    /** Most sectors of a discarded range. */
    public int maxDiscardSectors() {
        return fields.getInt(36);
    }

    /** Most ranges of a discard request. */
    public int maxDiscardSegments() {
        return fields.getInt(40);
    }

    /** Alignment of discarded ranges in sectors. */
    public int discardAlignment() {
        return fields.getInt(44);
    }

    /** Most sectors of a range to be zeroed. */
    public int maxWriteZeroesSectors() {
        return fields.getInt(48);
    }

    /** Most ranges of a write-zeroes request. */
    public int maxWriteZeroesSegments() {
        return fields.getInt(52);
    }

    /** Whether a write-zeroes request may unmap. */
    public boolean writeZeroesMayUnmap() {
        return fields.get(56) != 0;
    }
}
