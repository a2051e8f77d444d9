// SPDX-License-Identifier: Apache-2.0
package io.hotbay.migrate.internal;

import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdev.IoStatistics;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Stands in for a bdev that is being migrated and looks like it. Reads come from the source; what changes contents goes to both, or to
 * the source alone where it is going to be copied anyway. What the destination does wrong is never seen by a guest.
 */
final class Mirror implements BlockDevice {
    private final String name;
    private final BlockDevice source;
    private final BlockDevice destination;
    private final Regions regions;
    private final Consumer<String> whenDestinationFails;
    private volatile boolean alone;
    private boolean closed;
    private int channels;

    /**
     * Puts a mirror between users and two disks, of which the destination is not smaller.
     *
     * @param whenDestinationFails is told why, once, on a reactor's thread
     */
    Mirror(BlockDevice source, BlockDevice destination, Regions regions, Consumer<String> whenDestinationFails) {
        this.name = source.name();
        this.source = source;
        this.destination = destination;
        this.regions = regions;
        this.whenDestinationFails = whenDestinationFails;
    }

    Regions regions() {
        return regions;
    }

    /** Whether the source alone is written, because the destination has failed. */
    boolean isAlone() {
        return alone;
    }

    /** The destination has failed: nothing more is sent there. */
    void fail(String reason) {
        if (!alone) {
            alone = true;
            whenDestinationFails.accept(reason);
        }
    }

    /** The destination has answered a request with something else than OK. */
    void failed(int type, int status) {
        fail((status == BlockStatus.NO_SPACE ? "the destination is full: a " : "the destination failed: a ")
                + BlockType.name(type) + " request ended with status " + status);
    }

    @Override
    public BlockChannel open(BlockRequests requests) throws IOException {
        enter();
        try {
            return new MirrorChannel(this, requests, source, destination);
        } catch (IOException | RuntimeException e) {
            leave();
            throw e;
        }
    }

    private synchronized void enter() throws IOException {
        if (closed) {
            throw new IOException("bdev " + name + " is being exchanged just now");
        }
        channels++;
    }

    /** A channel has been closed. */
    synchronized void leave() {
        channels--;
        notifyAll();
    }

    /**
     * Opens no channels any more and waits until those that are open have been closed.
     *
     * @return false if they have not in that time
     */
    synchronized boolean close(long millis) throws InterruptedException {
        closed = true;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (channels > 0) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String product() {
        return source.product();
    }

    @Override
    public UUID uuid() {
        return source.uuid();
    }

    @Override
    public int blockSize() {
        return source.blockSize();
    }

    @Override
    public long blocks() {
        return source.blocks();
    }

    @Override
    public int physicalBlockSize() {
        return source.physicalBlockSize();
    }

    @Override
    public int optimalIoSize() {
        return source.optimalIoSize();
    }

    @Override
    public boolean readOnly() {
        return source.readOnly();
    }

    @Override
    public boolean writeCache() {
        return source.writeCache();
    }

    @Override
    public boolean supports(int type) {
        return source.supports(type);
    }

    @Override
    public long discardLimit() {
        return source.discardLimit();
    }

    @Override
    public IoStatistics statistics() {
        return source.statistics();
    }
}
