// SPDX-License-Identifier: Apache-2.0
package com.example.bdevpattern;

import io.hotbay.bdev.BdevOptions;
import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import io.hotbay.memory.GuestMemory;
import java.nio.ByteBuffer;

/** One queue's way into a pattern: every request is completed before {@link #submit} returns. */
final class PatternChannel implements BlockChannel {
    private final BdevOptions options;
    private final long seed;

    PatternChannel(BdevOptions options, long seed) {
        this.options = options;
        this.seed = seed;
    }

    @Override
    public void submit(BlockRequests requests) {
        int pending = requests.pending();
        for (int i = 0; i < pending; i++) {
            int slot = requests.pendingSlot(i);
            requests.complete(slot, perform(requests, slot, requests.type(slot)));
        }
    }

    private int perform(BlockRequests requests, int slot, int type) {
        int checked = options.check(type, requests.offset(slot), requests.length(slot));
        if (checked != BlockStatus.OK) {
            return checked;
        }
        switch (type) {
            case BlockType.READ:
                read(requests, slot);
                return BlockStatus.OK;
            case BlockType.FLUSH:
            case BlockType.RESET:
                // Nothing is cached, and nothing is under way.
                return BlockStatus.OK;
            default:
                return BlockStatus.UNSUPPORTED;
        }
    }

    /** Fills the request's pieces of guest memory one after the other; each lies in one window. */
    private void read(BlockRequests requests, int slot) {
        GuestMemory memory = requests.memory();
        long position = requests.offset(slot);
        int segments = requests.segments(slot);
        for (int segment = 0; segment < segments; segment++) {
            long handle = requests.handle(slot, segment);
            int length = requests.segmentLength(slot, segment);
            fill(memory.window(GuestMemory.windowOf(handle)), GuestMemory.offsetOf(handle), position, length);
            position += length;
        }
    }

    /** A guest may cut a request into pieces of any length, so words are put together byte by byte at the edges. */
    private void fill(ByteBuffer window, int start, long position, int length) {
        int done = 0;
        while (done < length) {
            long byteNumber = position + done;
            if ((byteNumber & 7) == 0 && length - done >= Long.BYTES) {
                window.putLong(start + done, byteNumber ^ seed);
                done += Long.BYTES;
            } else {
                long word = byteNumber & ~7 ^ seed;
                window.put(start + done, (byte) (word >>> 8 * (byteNumber & 7)));
                done++;
            }
        }
    }
}
