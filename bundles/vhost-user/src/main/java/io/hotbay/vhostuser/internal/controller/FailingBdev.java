// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdev.IoStatistics;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * Stands in under a front-end for a bdev that has been removed, or has been away for too long: it looks the same, but each request
 * ends with an I/O error. The one for a bdev that has been removed has no capacity either.
 */
final class FailingBdev implements BlockDevice {
    private final String name;
    private final String product;
    private final UUID uuid;
    private final int blockSize;
    private final long blocks;
    private final int physicalBlockSize;
    private final int optimalIoSize;
    private final boolean readOnly;
    private final boolean[] supported = new boolean[BlockType.COUNT];
    private final long discardLimit;
    private final IoStatistics statistics = new IoStatistics();

    /** Remembers what a bdev looks like. */
    FailingBdev(BlockDevice bdev) {
        this(bdev, bdev.blocks());
    }

    private FailingBdev(BlockDevice bdev, long blocks) {
        this.blocks = blocks;
        name = bdev.name();
        product = bdev.product();
        uuid = bdev.uuid();
        blockSize = bdev.blockSize();
        physicalBlockSize = bdev.physicalBlockSize();
        optimalIoSize = bdev.optimalIoSize();
        readOnly = bdev.readOnly();
        IntStream.range(0, BlockType.COUNT).forEach(type -> supported[type] = bdev.supports(type));
        // a flush must come here to fail; a device type may answer one that is not supported by itself
        supported[BlockType.FLUSH] = true;
        discardLimit = bdev.discardLimit();
    }

    /** The same without capacity. */
    FailingBdev emptied() {
        return new FailingBdev(this, 0);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String product() {
        return product;
    }

    @Override
    public UUID uuid() {
        return uuid;
    }

    @Override
    public int blockSize() {
        return blockSize;
    }

    @Override
    public long blocks() {
        return blocks;
    }

    @Override
    public int physicalBlockSize() {
        return physicalBlockSize;
    }

    @Override
    public int optimalIoSize() {
        return optimalIoSize;
    }

    @Override
    public boolean readOnly() {
        return readOnly;
    }

    /** Nothing is cached any more, so a guest that switches its write cache off need not wait for a flush that fails. */
    @Override
    public boolean writeCache() {
        return false;
    }

    @Override
    public boolean supports(int type) {
        return type >= 0 && type < BlockType.COUNT && supported[type];
    }

    @Override
    public long discardLimit() {
        return discardLimit;
    }

    @Override
    public BlockChannel open(BlockRequests requests) {
        return FailingBdev::fail;
    }

    private static void fail(BlockRequests requests) {
        for (int i = 0; i < requests.pending(); i++) {
            requests.complete(requests.pendingSlot(i), BlockStatus.IO_ERROR);
        }
    }

    @Override
    public IoStatistics statistics() {
        return statistics;
    }
}
