// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevmalloc.internal;

import io.hotbay.bdev.BdevOptions;
import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import io.hotbay.memory.GuestMemory;
import java.nio.ByteBuffer;

/** Copies between guest memory and the store; every request completes inside {@link #submit}. */
final class MallocChannel implements BlockChannel {
    /** After so many bytes the driver learns of what is done; copying them takes some microseconds. */
    private static final long ANSWERED_BYTES = 32 << 10;

    private final MallocDevice device;
    private final DiskMemory memory;
    private final LeasedStore store;
    /** Of no interest, but the compiler must not find out. */
    private int touched;

    MallocChannel(MallocDevice device, DiskMemory memory) {
        this.device = device;
        this.memory = memory;
        store = memory.open();
    }

    @Override
    public void submit(BlockRequests requests) {
        BdevOptions options = device.options();
        int pending = requests.pending();
        long copied = 0;
        for (int i = 0; i < pending; i++) {
            int slot = requests.pendingSlot(i);
            int type = requests.type(slot);
            int refusal = options.check(type, requests.offset(slot), requests.length(slot));
            if (i + 1 < pending) {
                int next = requests.pendingSlot(i + 1);
                touched += store.touch(requests.offset(next), requests.length(next));
            }
            if (i + 2 < pending) {
                touched += store.announce(requests.offset(requests.pendingSlot(i + 2)));
            }
            requests.complete(slot, refusal == BlockStatus.OK ? perform(requests, slot, type) : refusal);
            copied += requests.length(slot);
            if (copied >= ANSWERED_BYTES && i + 1 < pending) {
                copied = 0;
                requests.answerEarly();
            }
        }
    }

    /** A channel from before the disk has grown has not got the new part. */
    private boolean isInStore(BlockRequests requests, int slot) {
        return requests.offset(slot) + requests.length(slot) <= store.size();
    }

    private int perform(BlockRequests requests, int slot, int type) {
        if (!isInStore(requests, slot)) {
            return BlockStatus.OUT_OF_RANGE;
        }
        switch (type) {
            case BlockType.READ:
                read(requests, slot);
                return BlockStatus.OK;
            case BlockType.WRITE:
                write(requests, slot);
                return BlockStatus.OK;
            case BlockType.DISCARD:
            case BlockType.WRITE_ZEROES:
                store.clear(requests.offset(slot), requests.length(slot));
                return BlockStatus.OK;
            case BlockType.FLUSH:
            case BlockType.RESET:
                return BlockStatus.OK;
            default:
                return BlockStatus.UNSUPPORTED;
        }
    }

    private void read(BlockRequests requests, int slot) {
        GuestMemory memory = requests.memory();
        long position = requests.offset(slot);
        int segments = requests.segments(slot);
        for (int segment = 0; segment < segments; segment++) {
            long handle = requests.handle(slot, segment);
            int length = requests.segmentLength(slot, segment);
            ByteBuffer window = memory.window(GuestMemory.windowOf(handle));
            store.read(position, window, GuestMemory.offsetOf(handle), length);
            position += length;
        }
    }

    private void write(BlockRequests requests, int slot) {
        GuestMemory memory = requests.memory();
        long position = requests.offset(slot);
        int segments = requests.segments(slot);
        for (int segment = 0; segment < segments; segment++) {
            long handle = requests.handle(slot, segment);
            int length = requests.segmentLength(slot, segment);
            ByteBuffer window = memory.window(GuestMemory.windowOf(handle));
            store.write(position, window, GuestMemory.offsetOf(handle), length);
            position += length;
        }
    }

    @Override
    public void close() {
        memory.close(store);
    }
}
