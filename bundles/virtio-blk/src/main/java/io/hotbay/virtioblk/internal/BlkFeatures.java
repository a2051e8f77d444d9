// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockType;

/** Feature bits of a block device, as masks (virtio 1.2, section 5.2.3). */
final class BlkFeatures {
    static final long SEG_MAX = 1L << 2;
    static final long RO = 1L << 5;
    static final long BLK_SIZE = 1L << 6;
    static final long FLUSH = 1L << 9;
    static final long TOPOLOGY = 1L << 10;
    static final long CONFIG_WCE = 1L << 11;
    static final long MQ = 1L << 12;
    static final long DISCARD = 1L << 13;
    static final long WRITE_ZEROES = 1L << 14;

    private BlkFeatures() {}

    /** What a device over a bdev offers. SIZE_MAX is left out: segments may be of any size. */
    static long of(BlockDevice bdev, BlkOptions options) {
        long features = SEG_MAX | BLK_SIZE | FLUSH | TOPOLOGY | CONFIG_WCE;
        if (options.queues() > 1) {
            features |= MQ;
        }
        if (options.readOnly() || bdev.readOnly()) {
            features |= RO;
        }
        if (bdev.supports(BlockType.DISCARD)) {
            features |= DISCARD;
        }
        if (bdev.supports(BlockType.WRITE_ZEROES)) {
            features |= WRITE_ZEROES;
        }
        return features;
    }
}
