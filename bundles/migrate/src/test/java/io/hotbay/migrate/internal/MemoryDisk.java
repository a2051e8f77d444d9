// SPDX-License-Identifier: Apache-2.0
package io.hotbay.migrate.internal;

import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdev.IoStatistics;
import io.hotbay.memory.GuestMemory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** A disk in memory whose requests take effect, and complete, in any order; or that fails. */
final class MemoryDisk implements BlockDevice {
    static final int BLOCK = 512;

    private final ByteBuffer contents;
    final AtomicInteger channels = new AtomicInteger();
    /** Chance in a hundred that a request waits for another poll. */
    volatile int slowness;
    /** What writes end with. */
    volatile int writeStatus = BlockStatus.OK;
    /** Whether submit throws. */
    volatile boolean throwing;
    /** Whether what is written is lost. */
    volatile boolean forgetful;

    volatile boolean readOnly;

    MemoryDisk(int bytes) {
        contents = ByteBuffer.allocateDirect(bytes);
    }

    byte[] bytes(long offset, int length) {
        byte[] copy = new byte[length];
        synchronized (this) {
            contents.get((int) offset, copy);
        }
        return copy;
    }

    void put(long offset, byte[] bytes) {
        synchronized (this) {
            contents.put((int) offset, bytes);
        }
    }

    @Override
    public String name() {
        return "Disk";
    }

    @Override
    public String product() {
        return "Test disk";
    }

    @Override
    public UUID uuid() {
        return new UUID(1, 2);
    }

    @Override
    public int blockSize() {
        return BLOCK;
    }

    @Override
    public long blocks() {
        return contents.capacity() / BLOCK;
    }

    @Override
    public boolean readOnly() {
        return readOnly;
    }

    @Override
    public boolean supports(int type) {
        return type != BlockType.RESET;
    }

    @Override
    public BlockChannel open(BlockRequests requests) {
        channels.incrementAndGet();
        return new Channel(requests);
    }

    @Override
    public IoStatistics statistics() {
        return new IoStatistics();
    }

    private final class Channel implements BlockChannel {
        private final BlockRequests requests;
        private final List<Integer> waiting = new ArrayList<>();
        private final Random random = new Random(5);

        Channel(BlockRequests requests) {
            this.requests = requests;
        }

        @Override
        public void submit(BlockRequests table) {
            if (throwing) {
                throw new IllegalStateException("broken");
            }
            for (int i = 0; i < requests.pending(); i++) {
                waiting.add(requests.pendingSlot(i));
            }
            poll();
        }

        @Override
        public int poll() {
            int done = 0;
            for (int i = waiting.size(); i > 0 && !waiting.isEmpty(); i--) {
                if (random.nextInt(100) >= slowness) {
                    int slot = waiting.remove(random.nextInt(waiting.size()));
                    requests.complete(slot, perform(slot));
                    done++;
                }
            }
            return done;
        }

        private int perform(int slot) {
            int type = requests.type(slot);
            synchronized (MemoryDisk.this) {
                switch (type) {
                    case BlockType.READ:
                        move(slot, false);
                        return BlockStatus.OK;
                    case BlockType.WRITE:
                        if (writeStatus == BlockStatus.OK && !forgetful) {
                            move(slot, true);
                        }
                        return writeStatus;
                    case BlockType.DISCARD:
                        fill(slot, (byte) random.nextInt());
                        return BlockStatus.OK;
                    case BlockType.WRITE_ZEROES:
                        fill(slot, (byte) 0);
                        return writeStatus;
                    default:
                        return BlockStatus.OK;
                }
            }
        }

        private void move(int slot, boolean write) {
            int position = (int) requests.offset(slot);
            for (int segment = 0; segment < requests.segments(slot); segment++) {
                long handle = requests.handle(slot, segment);
                int length = requests.segmentLength(slot, segment);
                ByteBuffer memory = requests.memory().window(GuestMemory.windowOf(handle));
                int offset = GuestMemory.offsetOf(handle);
                if (write) {
                    contents.put(position, memory, offset, length);
                } else {
                    memory.put(offset, contents, position, length);
                }
                position += length;
            }
        }

        private void fill(int slot, byte value) {
            for (long at = requests.offset(slot); at < requests.offset(slot) + requests.length(slot); at++) {
                contents.put((int) at, value);
            }
        }

        @Override
        public void close() {
            channels.decrementAndGet();
        }
    }
}
