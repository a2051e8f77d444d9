// SPDX-License-Identifier: Apache-2.0
package io.hotbay.migrate.internal;

import io.hotbay.bdev.BlockDevice;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Copies what has to be copied, with one request at a time, so that guests hardly notice. For use by one thread. */
final class Copier implements AutoCloseable {
    /** Bytes read and written at once. */
    static final int CHUNK = 256 << 10;

    /** More than any disk needs for direct I/O. */
    private static final int ALIGNMENT = 4096;

    private final Regions regions;
    private final ByteBuffer buffer;
    private final DiskAccess source;
    private final DiskAccess destination;
    private int next;

    /** Decides after each region whether to go on. */
    @FunctionalInterface
    interface Pace {
        /**
         * Waits as long as necessary.
         *
         * @param bytes what has been copied since the last call
         * @return false to stop
         */
        boolean goOn(long bytes) throws IOException;
    }

    /** Opens both disks. */
    Copier(BlockDevice source, BlockDevice destination, Regions regions) throws IOException {
        this.regions = regions;
        buffer = buffer(CHUNK);
        this.source = new DiskAccess("source", source, buffer);
        try {
            this.destination = new DiskAccess("destination", destination, buffer);
        } catch (IOException | RuntimeException e) {
            this.source.close();
            throw e;
        }
    }

    /** A buffer that suits every disk. */
    static ByteBuffer buffer(int bytes) {
        // an aligned slice is a multiple of the alignment long
        return ByteBuffer.allocateDirect(bytes + 2 * ALIGNMENT)
                .alignedSlice(ALIGNMENT)
                .slice(0, bytes);
    }

    /**
     * Copies until few enough regions are left. Guests whose writes overlap each other keep regions from being done, so once it has
     * copied as much as the whole disk it is content with twice as many, and so on: it comes to an end whatever they do.
     *
     * @return false if it was stopped before
     */
    boolean copy(int few, Pace pace) throws IOException {
        int enough = few;
        int copies = 0;
        while (regions.left() > enough) {
            int region = regions.next(next);
            if (region < 0) {
                break;
            }
            next = region + 1;
            copy(region);
            if (++copies % regions.count() == 0) {
                enough *= 2;
            }
            if (!pace.goOn(regions.length(region))) {
                return false;
            }
        }
        return true;
    }

    private void copy(int region) throws IOException {
        boolean whole = false;
        regions.beginCopy(region);
        try {
            long end = regions.offset(region) + regions.length(region);
            for (long offset = regions.offset(region); offset < end; offset += CHUNK) {
                copy(offset, (int) Math.min(CHUNK, end - offset));
            }
            whole = true;
        } finally {
            regions.endCopy(region, whole);
        }
    }

    private void copy(long offset, int length) throws IOException {
        source.read(offset, length);
        if (destination.zeroes(length) && isZero(length)) {
            destination.zero(offset, length);
        } else {
            destination.write(offset, length);
        }
    }

    /** Lengths are multiples of the block size. */
    private boolean isZero(int length) {
        for (int i = 0; i < length; i += Long.BYTES) {
            if (buffer.getLong(i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Makes durable what is on the destination. */
    void flush() throws IOException {
        destination.flush();
    }

    @Override
    public void close() {
        try {
            source.close();
        } finally {
            destination.close();
        }
    }
}
