// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockType;
import io.hotbay.virtio.DeviceQueue;
import io.hotbay.virtio.VirtioDevice;
import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtio.Virtqueue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/** A virtio block device over one bdev (virtio 1.2, section 5.2). */
final class BlkDevice implements VirtioDevice {
    /** Virtio device ID, section 5.2.1. */
    private static final int DEVICE_ID = 2;

    private final BlockDevice bdev;
    private final BlkOptions options;
    private final long features;
    private final BlkConfig config;
    private final WriteCache writeCache;
    private final RequestRules.Access access;
    private final Throttle throttle;
    private final LongSupplier clock;

    /**
     * Makes a device.
     *
     * @param throttle of the bdev
     * @param clock tells nanoseconds
     */
    BlkDevice(BlockDevice bdev, BlkOptions options, Throttle throttle, LongSupplier clock) {
        this.throttle = throttle;
        this.clock = clock;
        this.bdev = bdev;
        this.options = options;
        features = BlkFeatures.of(bdev, options);
        config = new BlkConfig(bdev, options);
        writeCache = new WriteCache(bdev, options.writeBack());
        access = new RequestRules.Access(
                VirtioFeatures.has(features, BlkFeatures.RO), bdev.supports(BlockType.FLUSH), options.id());
    }

    @Override
    public int deviceId() {
        return DEVICE_ID;
    }

    @Override
    public long features() {
        return features;
    }

    @Override
    public int queues() {
        return options.queues();
    }

    @Override
    public int queueSizeLimit() {
        return options.queueSize();
    }

    @Override
    public void readConfig(int offset, ByteBuffer destination) {
        config.read(offset, destination, writeCache.writeBack());
    }

    /** Only the write cache mode is writable. */
    @Override
    public CompletableFuture<Void> writeConfig(int offset, ByteBuffer source) {
        long index = BlkConfig.WRITEBACK - Integer.toUnsignedLong(offset);
        if (index < 0 || index >= source.remaining()) {
            return CompletableFuture.completedFuture(null);
        }
        return writeCache.writeBack(source.get(source.position() + (int) index) != 0);
    }

    @Override
    public DeviceQueue start(Virtqueue queue, long accepted) throws IOException {
        return new BlkQueue(queue, accepted, bdev, config, writeCache, access, throttle, clock);
    }

    @Override
    public void reset() {
        writeCache.reset();
    }
}
