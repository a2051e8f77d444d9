// SPDX-License-Identifier: Apache-2.0
package io.hotbay.migrate.internal;

import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import io.hotbay.memory.GuestMemory;
import io.hotbay.memory.MemoryRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Reads and writes a disk from a buffer, one request at a time, for a thread that may wait. For use by that thread alone. */
final class DiskAccess implements AutoCloseable {
    private static final long PAUSE_NANOS = 20_000;

    private final String role;
    private final BlockDevice device;
    private final BlockRequests requests = new BlockRequests(1);
    private final BlockChannel channel;

    /**
     * Opens a disk.
     *
     * @param role what the disk is, for people
     * @param buffer direct; what is read and written lies at its beginning
     */
    DiskAccess(String role, BlockDevice device, ByteBuffer buffer) throws IOException {
        this.role = role;
        this.device = device;
        requests.memory(GuestMemory.of(List.of(
                MemoryRegion.of(0, 0, buffer.capacity(), (offset, length) -> buffer.slice((int) offset, length)))));
        channel = device.open(requests);
    }

    /** Fills the beginning of the buffer. */
    void read(long offset, int length) throws IOException {
        perform(BlockType.READ, offset, length, 0);
    }

    /** Writes the beginning of the buffer. */
    void write(long offset, int length) throws IOException {
        perform(BlockType.WRITE, offset, length, 0);
    }

    /** Whether a range can be {@linkplain #zero zeroed} with one request. */
    boolean zeroes(int length) {
        return device.supports(BlockType.WRITE_ZEROES) && device.discardLimit() >= length;
    }

    /** Writes zeros, which need not take any space. */
    void zero(long offset, int length) throws IOException {
        perform(BlockType.WRITE_ZEROES, offset, length, BlockRequests.FLAG_UNMAP);
    }

    /** Makes durable what has been written. */
    void flush() throws IOException {
        if (device.supports(BlockType.FLUSH)) {
            perform(BlockType.FLUSH, 0, 0, 0);
        }
    }

    private void perform(int type, long offset, int length, int flags) throws IOException {
        requests.prepare(0, type, offset, length, flags);
        if (type == BlockType.READ || type == BlockType.WRITE) {
            requests.addSegment(0, GuestMemory.handle(0, 0), length);
        }
        requests.enqueue(0);
        channel.submit(requests);
        requests.clearPending();
        while (requests.inFlight() > 0) {
            if (channel.poll() == 0) {
                LockSupport.parkNanos(this, PAUSE_NANOS);
            }
        }
        requests.clearCompleted();
        int status = requests.status(0);
        if (status != BlockStatus.OK) {
            throw new IOException("the " + role + (status == BlockStatus.NO_SPACE ? " is full: a " : " failed: a ")
                    + BlockType.name(type) + " request at byte " + offset + " ended with status " + status);
        }
    }

    @Override
    public void close() {
        channel.close();
    }
}
