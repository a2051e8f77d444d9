// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdev.IoStatistics;
import java.util.UUID;

/** A bdev of odd properties that nobody reads or writes. */
final class TestBdev implements BlockDevice {
    @Override
    public String name() {
        return "Malloc0";
    }

    @Override
    public String product() {
        return "Test disk";
    }

    @Override
    public UUID uuid() {
        return new UUID(3, 4);
    }

    @Override
    public int blockSize() {
        return 4096;
    }

    @Override
    public long blocks() {
        return 7;
    }

    @Override
    public int physicalBlockSize() {
        return 8192;
    }

    @Override
    public int optimalIoSize() {
        return 16384;
    }

    @Override
    public boolean readOnly() {
        return true;
    }

    @Override
    public boolean writeCache() {
        return true;
    }

    @Override
    public boolean supports(int type) {
        return type == BlockType.READ || type == BlockType.DISCARD;
    }

    @Override
    public long discardLimit() {
        return 12288;
    }

    @Override
    public BlockChannel open(BlockRequests requests) {
        throw new UnsupportedOperationException();
    }

    @Override
    public IoStatistics statistics() {
        throw new UnsupportedOperationException();
    }
}
