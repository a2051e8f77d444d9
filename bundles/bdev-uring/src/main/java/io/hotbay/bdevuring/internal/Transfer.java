// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevuring.internal;

import io.hotbay.bdev.BlockRequests;
import io.hotbay.linux.Addresses;
import io.hotbay.linux.IoVectors;
import io.hotbay.memory.GuestMemory;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * The vectors of the requests of one queue: where in memory the part of a request lies that is to be moved next. A request may take
 * several steps, because the kernel may do less than it was asked for. Used by one thread; allocates only when a request has more
 * segments, or worse aligned ones, than any before it.
 */
final class Transfer {
    /** Vectors that each slot has from the start: data of an ordinary request. */
    private static final int INLINE = 4;

    /** What goes through memory of our own at a time, because the guest's is not aligned. */
    private static final int BOUNCE_BYTES = 32 << 10;

    private final BlockRequests requests;
    private final int alignment;
    private final IoVectors inline;
    private final IoVectors[] more;
    private final ByteBuffer[] bounces;
    private final long[] done;
    private final int[] bounced;
    private GuestMemory memory;
    private long[] windowAddresses = {};

    private long vectors;
    private int count;
    private long address;
    private int length;

    /** @param alignment what addresses must be multiples of, a power of two */
    Transfer(BlockRequests requests, int alignment) {
        this.requests = requests;
        this.alignment = alignment;
        inline = new IoVectors(requests.slots() * INLINE);
        more = new IoVectors[requests.slots()];
        bounces = new ByteBuffer[requests.slots()];
        done = new long[requests.slots()];
        bounced = new int[requests.slots()];
    }

    /** Begins a request. */
    void begin(int slot) {
        done[slot] = 0;
        if (requests.memory() != memory) {
            memory = requests.memory();
            windowAddresses = Addresses.of(memory.windows(), memory::window);
        }
    }

    /** Bytes moved so far. */
    long done(int slot) {
        return done[slot];
    }

    /** Whether all of it has been moved. */
    boolean isDone(int slot) {
        return done[slot] == requests.length(slot);
    }

    /** Finds the vectors of the next step: see {@link #vectors()} and {@link #count()}. */
    void prepare(int slot, boolean write) {
        bounced[slot] = 0;
        if (!collect(slot)) {
            bounce(slot, write);
        }
    }

    /** Address of the first vector of the step that was prepared last. */
    long vectors() {
        return vectors;
    }

    /** Number of vectors of the step that was prepared last. */
    int count() {
        return count;
    }

    /** Where the first piece of the step that was prepared last lies; it is all of it if there is one {@link #count}. */
    long address() {
        return address;
    }

    /** Bytes of the first piece of the step that was prepared last. */
    int length() {
        return length;
    }

    /** Takes note of what a step has moved. */
    void advance(int slot, boolean write, long bytes) {
        if (bounced[slot] != 0 && !write) {
            copy(slot, bounces[slot], (int) bytes, false);
        }
        done[slot] += bytes;
    }

    /** @return false if some piece is not aligned */
    private boolean collect(int slot) {
        int segments = requests.segments(slot);
        IoVectors array = arrayFor(slot, segments);
        int first = array == inline ? slot * INLINE : 0;
        int used = 0;
        long skip = done[slot];
        for (int i = 0; i < segments && used < IoVectors.LIMIT; i++) {
            int bytes = requests.segmentLength(slot, i);
            if (skip >= bytes) {
                skip -= bytes;
                continue;
            }
            long at = addressOf(requests.handle(slot, i), bytes) + skip;
            bytes -= (int) skip;
            skip = 0;
            if (((at | bytes) & alignment - 1) != 0) {
                return false;
            }
            add(array, first, used++, at, bytes);
        }
        vectors = array.address(first);
        count = used;
        return true;
    }

    private void add(IoVectors array, int first, int index, long at, int bytes) {
        array.set(first + index, at, bytes);
        if (index == 0) {
            address = at;
            length = bytes;
        }
    }

    /**
     * The address of a piece of the request that was {@linkplain #begin begun} last.
     *
     * @throws IndexOutOfBoundsException if it does not lie whole in a window
     */
    long addressOf(long handle, int length) {
        int window = GuestMemory.windowOf(handle);
        int offset = GuestMemory.offsetOf(handle);
        Objects.checkFromIndexSize(offset, length, memory.window(window).capacity());
        return windowAddresses[window] + offset;
    }

    private IoVectors arrayFor(int slot, int segments) {
        if (segments <= INLINE) {
            return inline;
        }
        int needed = Math.min(segments, IoVectors.LIMIT);
        if (more[slot] == null || more[slot].capacity() < needed) {
            more[slot] = new IoVectors(Math.min(IoVectors.LIMIT, Integer.highestOneBit(2 * needed - 1)));
        }
        return more[slot];
    }

    private void bounce(int slot, boolean write) {
        if (bounces[slot] == null) {
            bounces[slot] = ByteBuffer.allocateDirect(BOUNCE_BYTES + alignment).alignedSlice(alignment);
        }
        int bytes = (int) Math.min(BOUNCE_BYTES, requests.length(slot) - done[slot]);
        bounced[slot] = bytes;
        if (write) {
            copy(slot, bounces[slot], bytes, true);
        }
        add(inline, slot * INLINE, 0, Addresses.of(bounces[slot]), bytes);
        vectors = inline.address(slot * INLINE);
        count = 1;
    }

    /** Copies between our own memory and the guest's, from where the request has got to. */
    private void copy(int slot, ByteBuffer own, int length, boolean fromGuest) {
        long skip = done[slot];
        int copied = 0;
        for (int i = 0; copied < length; i++) {
            int segment = requests.segmentLength(slot, i);
            if (skip >= segment) {
                skip -= segment;
                continue;
            }
            long handle = requests.handle(slot, i) + skip;
            int piece = (int) Math.min(segment - skip, length - copied);
            skip = 0;
            ByteBuffer window = memory.window(GuestMemory.windowOf(handle));
            int offset = GuestMemory.offsetOf(handle);
            if (fromGuest) {
                own.put(copied, window, offset, piece);
            } else {
                window.put(offset, own, copied, piece);
            }
            copied += piece;
        }
    }
}
