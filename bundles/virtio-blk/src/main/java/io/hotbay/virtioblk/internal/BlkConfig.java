// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Configuration space of a block device (virtio 1.2, section 5.2.4). Everything is fixed but the write cache mode.
 *
 * <pre>
 *    0  capacity                  u64    32  writeback                 u8
 *    8  size_max                  u32    34  num_queues                u16
 *   12  seg_max                   u32    36  max_discard_sectors       u32
 *   16  geometry                         40  max_discard_seg           u32
 *   20  blk_size                  u32    44  discard_sector_alignment  u32
 *   24  physical_block_exp        u8     48  max_write_zeroes_sectors  u32
 *   25  alignment_offset          u8     52  max_write_zeroes_seg      u32
 *   26  min_io_size               u16    56  write_zeroes_may_unmap    u8
 *   28  opt_io_size               u32    60  secure erase, zoned: not offered, zeros
 * </pre>
 */
final class BlkConfig {
    /** Everything is told in sectors of this size, whatever the block size. */
    static final int SECTOR = 512;

    static final int CAPACITY = 0;
    static final int SEG_MAX = 12;
    static final int BLK_SIZE = 20;
    static final int PHYSICAL_BLOCK_EXP = 24;
    static final int MIN_IO_SIZE = 26;
    static final int OPT_IO_SIZE = 28;
    static final int WRITEBACK = 32;
    static final int NUM_QUEUES = 34;
    static final int MAX_DISCARD_SECTORS = 36;
    static final int MAX_DISCARD_SEG = 40;
    static final int DISCARD_SECTOR_ALIGNMENT = 44;
    static final int MAX_WRITE_ZEROES_SECTORS = 48;
    static final int MAX_WRITE_ZEROES_SEG = 52;
    static final int WRITE_ZEROES_MAY_UNMAP = 56;
    /** Length of the structure in virtio 1.2, with secure erase and zones. */
    static final int LENGTH = 96;

    /** Header and status take two descriptors of a ring; a ring of 128 is what drivers commonly have. */
    private static final int MAX_SEGMENTS = 128 - 2;

    private final ByteBuffer space = ByteBuffer.allocate(LENGTH).order(ByteOrder.LITTLE_ENDIAN);

    BlkConfig(BlockDevice bdev, BlkOptions options) {
        int blockSize = bdev.blockSize();
        int physicalBlocks = Math.max(1, bdev.physicalBlockSize() / blockSize);
        space.putLong(CAPACITY, bdev.blocks() * (blockSize / SECTOR));
        space.putInt(SEG_MAX, Math.min(options.queueSize() - 2, MAX_SEGMENTS));
        space.putInt(BLK_SIZE, blockSize);
        space.put(PHYSICAL_BLOCK_EXP, (byte) Integer.numberOfTrailingZeros(Integer.highestOneBit(physicalBlocks)));
        space.putShort(MIN_IO_SIZE, (short) physicalBlocks);
        space.putInt(OPT_IO_SIZE, bdev.optimalIoSize() / blockSize);
        space.putShort(NUM_QUEUES, (short) options.queues());
        int limit = sectorLimit(bdev);
        if (bdev.supports(BlockType.DISCARD)) {
            space.putInt(MAX_DISCARD_SECTORS, limit);
            space.putInt(MAX_DISCARD_SEG, 1);
            space.putInt(DISCARD_SECTOR_ALIGNMENT, blockSize / SECTOR);
        }
        if (bdev.supports(BlockType.WRITE_ZEROES)) {
            space.putInt(MAX_WRITE_ZEROES_SECTORS, limit);
            space.putInt(MAX_WRITE_ZEROES_SEG, 1);
            // A bdev may unmap then only if the range reads back as zeros, which is what the driver is promised.
            space.put(WRITE_ZEROES_MAY_UNMAP, (byte) (bdev.supports(BlockType.DISCARD) ? 1 : 0));
        }
    }

    /** The largest discard in sectors, in whole blocks and at least one: 0 would mean no limit to Linux. */
    private static int sectorLimit(BlockDevice bdev) {
        long blocks = Math.max(1, Math.min(bdev.discardLimit(), Integer.MAX_VALUE) / bdev.blockSize());
        return (int) (blocks * (bdev.blockSize() / SECTOR));
    }

    long capacity() {
        return space.getLong(CAPACITY);
    }

    int blockSize() {
        return space.getInt(BLK_SIZE);
    }

    int maxDiscardSectors() {
        return space.getInt(MAX_DISCARD_SECTORS);
    }

    int maxWriteZeroesSectors() {
        return space.getInt(MAX_WRITE_ZEROES_SECTORS);
    }

    boolean mayUnmap() {
        return space.get(WRITE_ZEROES_MAY_UNMAP) != 0;
    }

    /** Fills a buffer from an offset on; zeros stand behind the end. */
    void read(int offset, ByteBuffer destination, boolean writeBack) {
        for (long at = Integer.toUnsignedLong(offset); destination.hasRemaining(); at++) {
            if (at == WRITEBACK) {
                destination.put((byte) (writeBack ? 1 : 0));
            } else {
                destination.put(at < LENGTH ? space.get((int) at) : 0);
            }
        }
    }
}
