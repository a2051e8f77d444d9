// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import io.hotbay.virtio.VirtioFeatures;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * The write cache mode of a device, which the driver may switch (virtio 1.2, section 5.2.5.2 and 5.2.6.2). In write-through
 * mode a write is made durable before it completes, which costs a flush if the bdev has a volatile cache.
 */
final class WriteCache {
    private static final long POLL_NANOS = 50_000;

    private final BlockDevice bdev;
    private final boolean initial;
    /** Volatile: a write that completed before its queue saw write-through is older than the flush that follows the switch. */
    private volatile boolean writeBack;

    WriteCache(BlockDevice bdev, boolean writeBack) {
        this.bdev = bdev;
        initial = writeBack;
        this.writeBack = writeBack;
    }

    /** The writeback field of configuration space. */
    boolean writeBack() {
        return writeBack;
    }

    /** Back to the mode of a new device. */
    void reset() {
        writeBack = initial;
    }

    /** Whether a driver that accepted these features expects a write to be durable when it completes, and a flush is needed. */
    boolean needsFlush(long features) {
        if (!bdev.writeCache()) {
            return false;
        }
        if (VirtioFeatures.has(features, BlkFeatures.CONFIG_WCE)) {
            return !writeBack;
        }
        return !initial || !VirtioFeatures.has(features, BlkFeatures.FLUSH);
    }

    /**
     * Switches the mode.
     *
     * @return completes when everything written before is as durable as the mode promises
     */
    CompletableFuture<Void> writeBack(boolean on) {
        writeBack = on;
        if (on || !bdev.writeCache()) {
            return CompletableFuture.completedFuture(null);
        }
        return flush();
    }

    /**
     * Flushes over a channel and on a thread of its own: the queues may be stopped or their reactors asleep. It happens when a
     * person switches the cache off in the guest, so a thread that lives as long is cheap enough.
     */
    private CompletableFuture<Void> flush() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        flushAndWait();
                        done.complete(null);
                    } catch (IOException | RuntimeException e) {
                        done.completeExceptionally(e);
                    }
                },
                "hotbay-flush-" + bdev.name());
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    private void flushAndWait() throws IOException {
        BlockRequests requests = new BlockRequests(1);
        BlockChannel channel = bdev.open(requests);
        bdev.statistics().attach(requests.counters());
        try {
            requests.prepare(0, BlockType.FLUSH, 0, 0, 0);
            requests.enqueue(0);
            channel.submit(requests);
            requests.clearPending();
            while (requests.inFlight() > 0) {
                if (channel.poll() == 0) {
                    LockSupport.parkNanos(this, POLL_NANOS);
                }
            }
            requests.measure();
        } finally {
            bdev.statistics().detach(requests.counters());
            channel.close();
        }
        if (requests.status(0) != BlockStatus.OK) {
            throw new IOException("bdev " + bdev.name() + " failed to flush (status " + requests.status(0)
                    + ") when its write cache was switched off");
        }
    }
}
