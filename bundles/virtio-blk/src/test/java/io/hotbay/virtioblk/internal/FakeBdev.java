// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdev.IoStatistics;
import io.hotbay.memory.GuestMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/** A small disk that keeps a log, and can delay and fail. */
final class FakeBdev implements BlockDevice {
    static final int SIZE = 1 << 20;

    final byte[] store;
    /** What channels were told to do: {@code write 512+1024}. */
    final List<String> log = new CopyOnWriteArrayList<>();

    final IoStatistics statistics = new IoStatistics();
    final Set<Integer> unsupported = new HashSet<>();
    /** What it claims to hold; only what is in the store can be read and written. */
    long size;

    int blockSize = 512;
    int physicalBlockSize = 512;
    int optimalIoSize;
    long discardLimit = 256 << 10;
    boolean readOnly;
    boolean writeCache;
    boolean logging = true;
    /** Whether requests wait in their channel. */
    volatile boolean delayed;
    /** How requests end that change or read nothing because of it. */
    int outcome = BlockStatus.OK;

    boolean flushFails;
    /** Whether flushes alone wait in their channel. */
    boolean flushDelayed;

    /** Whether the channel lets the device answer after each request. */
    boolean answersEarly;

    int batches;
    int open;

    FakeBdev() {
        this(SIZE);
    }

    FakeBdev(int size) {
        this.size = size;
        store = new byte[size];
    }

    @Override
    public String name() {
        return "Fake0";
    }

    @Override
    public String product() {
        return "Fake disk";
    }

    @Override
    public UUID uuid() {
        return new UUID(1, 2);
    }

    @Override
    public int blockSize() {
        return blockSize;
    }

    @Override
    public long blocks() {
        return size / blockSize;
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

    @Override
    public boolean writeCache() {
        return writeCache;
    }

    @Override
    public boolean supports(int type) {
        return !unsupported.contains(type);
    }

    @Override
    public long discardLimit() {
        return discardLimit;
    }

    @Override
    public IoStatistics statistics() {
        return statistics;
    }

    @Override
    public BlockChannel open(BlockRequests requests) {
        open++;
        return new Channel(requests);
    }

    private final class Channel implements BlockChannel {
        private final BlockRequests requests;
        private final List<Integer> waiting = new ArrayList<>();

        private Channel(BlockRequests requests) {
            this.requests = requests;
        }

        @Override
        public void submit(BlockRequests batch) {
            batches++;
            for (int i = 0; i < batch.pending(); i++) {
                check(batch.pendingSlot(i));
                if (logging) {
                    int slot = batch.pendingSlot(i);
                    log.add(BlockType.name(batch.type(slot)) + " " + batch.offset(slot) + "+" + batch.length(slot)
                            + (batch.flags(slot) == 0 ? "" : " flags " + batch.flags(slot)));
                }
                boolean flush = batch.type(batch.pendingSlot(i)) == BlockType.FLUSH;
                if (delayed || flushDelayed && flush) {
                    waiting.add(batch.pendingSlot(i));
                } else {
                    perform(batch.pendingSlot(i));
                }
                if (answersEarly) {
                    batch.answerEarly();
                }
            }
        }

        /** What every bdev may rely on. */
        private void check(int slot) {
            int type = requests.type(slot);
            long offset = requests.offset(slot);
            long length = requests.length(slot);
            boolean changes = type != BlockType.READ && type != BlockType.FLUSH;
            boolean range = type == BlockType.DISCARD || type == BlockType.WRITE_ZEROES;
            if (offset < 0 || length < 0 || offset > size - length || (offset | length) % blockSize != 0) {
                throw new IllegalStateException("range " + offset + "+" + length + " is not one of the device");
            }
            if ((length == 0) != (type == BlockType.FLUSH) || range && length > Math.max(discardLimit, blockSize)) {
                throw new IllegalStateException(BlockType.name(type) + " of " + length + " bytes");
            }
            if (!supports(type) || changes && readOnly) {
                throw new IllegalStateException(BlockType.name(type) + " is not for this device");
            }
        }

        @Override
        public int poll() {
            if (delayed || flushDelayed || waiting.isEmpty()) {
                return 0;
            }
            int count = waiting.size();
            waiting.forEach(this::perform);
            waiting.clear();
            return count;
        }

        @Override
        public int wakeDescriptor() {
            return 77;
        }

        @Override
        public void close() {
            open--;
        }

        private void perform(int slot) {
            if (outcome == BlockStatus.OK) {
                int position = (int) requests.offset(slot);
                int type = requests.type(slot);
                if (type == BlockType.READ || type == BlockType.WRITE) {
                    copy(slot, position, type == BlockType.WRITE);
                } else if (type == BlockType.WRITE_ZEROES) {
                    Arrays.fill(store, position, position + (int) requests.length(slot), (byte) 0);
                }
            }
            boolean fails = flushFails && requests.type(slot) == BlockType.FLUSH;
            requests.complete(slot, fails ? BlockStatus.IO_ERROR : outcome);
        }

        private void copy(int slot, int start, boolean toStore) {
            int position = start;
            for (int i = 0; i < requests.segments(slot); i++) {
                long handle = requests.handle(slot, i);
                int length = requests.segmentLength(slot, i);
                var window = requests.memory().window(GuestMemory.windowOf(handle));
                if (toStore) {
                    window.get(GuestMemory.offsetOf(handle), store, position, length);
                } else {
                    window.put(GuestMemory.offsetOf(handle), store, position, length);
                }
                position += length;
            }
            if (position - start != requests.length(slot)) {
                throw new IllegalStateException("segments do not add up to the length of the request");
            }
        }
    }
}
