// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevmalloc.internal;

import io.hotbay.bdev.BdevOptions;
import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;

/**
 * Copies between guest memory and the store; every request completes inside {@link #submit}, in its turn. What reads and writes have to
 * copy is collected first, so that the next piece is known while one is copied.
 */
final class MallocChannel implements BlockChannel {
    /** After so many bytes the driver learns of what is done; copying them takes some microseconds. */
    private static final long ANSWERED_BYTES = 32 << 10;

    private final MallocDevice device;
    private final DiskMemory memory;
    private final LeasedStore store;
    private final Pieces pieces;
    /** Slots of the reads and writes whose pieces have been collected, and where the pieces of each end. */
    private final int[] collected = new int[Pieces.ROOM];

    private final int[] ends = new int[Pieces.ROOM];
    private int count;

    MallocChannel(MallocDevice device, DiskMemory memory) {
        this.device = device;
        this.memory = memory;
        store = memory.open();
        pieces = Pieces.of(store);
    }

    @Override
    public void submit(BlockRequests requests) {
        // what an error has left behind is not to be copied
        forget();
        BdevOptions options = device.options();
        int pending = requests.pending();
        for (int i = 0; i < pending; i++) {
            int slot = requests.pendingSlot(i);
            int type = requests.type(slot);
            int refusal = options.check(type, requests.offset(slot), requests.length(slot));
            boolean copies = type == BlockType.READ || type == BlockType.WRITE;
            if (copies && refusal == BlockStatus.OK && isInStore(requests, slot)) {
                collect(requests, slot, type == BlockType.READ);
            } else {
                copyAll(requests);
                requests.complete(slot, refusal == BlockStatus.OK ? perform(requests, slot, type) : refusal);
            }
        }
        copyAll(requests);
    }

    /** A channel from before the disk has grown has not got the new part. */
    private boolean isInStore(BlockRequests requests, int slot) {
        return requests.offset(slot) + requests.length(slot) <= store.size();
    }

    private void collect(BlockRequests requests, int slot, boolean read) {
        long position = requests.offset(slot);
        int segments = requests.segments(slot);
        for (int segment = 0; segment < segments; segment++) {
            if (pieces.isFull()) {
                copyAll(requests);
            }
            int length = requests.segmentLength(slot, segment);
            pieces.add(requests.memory(), requests.handle(slot, segment), position, length, read);
            position += length;
        }
        if (count == collected.length) {
            copyAll(requests);
        }
        collected[count] = slot;
        ends[count] = pieces.size();
        count++;
    }

    /** Copies all pieces there are, also those of a request that has more to come, and completes the requests that are collected. */
    private void copyAll(BlockRequests requests) {
        int copied = 0;
        int completed = 0;
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            bytes += requests.length(collected[i]);
            boolean last = i + 1 == count;
            if (last || bytes >= ANSWERED_BYTES) {
                pieces.copy(copied, ends[i] - copied);
                copied = ends[i];
                completed = complete(requests, completed, i + 1);
                bytes = 0;
                if (!last) {
                    requests.answerEarly();
                }
            }
        }
        if (copied < pieces.size()) {
            pieces.copy(copied, pieces.size() - copied);
        }
        forget();
    }

    private int complete(BlockRequests requests, int from, int to) {
        for (int i = from; i < to; i++) {
            requests.complete(collected[i], BlockStatus.OK);
        }
        return to;
    }

    private void forget() {
        pieces.clear();
        count = 0;
    }

    private int perform(BlockRequests requests, int slot, int type) {
        if (!isInStore(requests, slot)) {
            return BlockStatus.OUT_OF_RANGE;
        }
        switch (type) {
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

    @Override
    public void close() {
        memory.close(store);
    }
}
