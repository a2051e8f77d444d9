// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.GuestMemory;
import java.util.Arrays;

/**
 * The chains in flight of one ring: the segments of each, by head. The first few segments of every head lie in flat arrays,
 * the others in arrays that are made when a head first needs them and then kept.
 *
 * <p>A chain is collected between {@link #begin} and {@link #end}, which puts it in flight; of a chain that is given up in
 * between nothing remains. It knows nothing of a ring's format.
 */
final class ChainTable {
    /** Segments of a head in the flat arrays: a header, two pieces of data and a status. */
    static final int INLINE = 4;

    /**
     * Segments in the additional arrays of all heads together, 3 MiB: what bounds the memory that a guest makes us use. It
     * is 256 for each of 1024 heads.
     */
    static final int OVERFLOW_LIMIT = 1 << 18;

    private static final int FIRST_OVERFLOW = 16;
    private static final byte IDLE = 0;
    private static final byte IN_FLIGHT = 1;
    private static final byte IN_FLIGHT_WITH_FAULT = 3;
    /** The contract's lengths are ints; a buffer outside memory may have up to 2^32 - 1 bytes. */
    private static final int OUTSIDE_PIECE = 1 << 30;

    private final Translation translation;
    private final long[] handles;
    private final int[] lengths;
    private final long[][] moreHandles;
    private final int[][] moreLengths;
    private final int[] counts;
    private final int[] readableCounts;
    private final byte[] states;
    private int overflow;
    private int inFlight;
    private int completed;

    private int head;
    private int count;
    private int readable;
    private boolean fault;

    ChainTable(int size, Translation translation) {
        this.translation = translation;
        handles = new long[size * INLINE];
        lengths = new int[size * INLINE];
        moreHandles = new long[size][];
        moreLengths = new int[size][];
        counts = new int[size];
        readableCounts = new int[size];
        states = new byte[size];
    }

    // ---- collecting a chain

    /** Starts the chain of a head that is not in flight. */
    void begin(int newHead) {
        head = newHead;
        count = 0;
        readable = 0;
        fault = false;
    }

    /**
     * Appends a buffer to the chain.
     *
     * @param length bytes, 0 to 2^32 - 1
     * @throws RingFault if the order of buffers is wrong, or there are too many
     * @throws SegmentShortage if chains in flight take up the room
     */
    void add(long address, long length, boolean writable) {
        if (length == 0) {
            return;
        }
        if (!writable && count != readable) {
            throw new RingFault("chain " + head + " has a readable buffer after a writable one");
        }
        long handle = translation.find(address, length);
        if (handle == GuestMemory.NONE) {
            addPieces(address, length);
        } else {
            put(handle, (int) length);
        }
        if (!writable) {
            readable = count;
        }
    }

    /** Puts the chain in flight. */
    void end() {
        counts[head] = count;
        readableCounts[head] = readable;
        states[head] = fault ? IN_FLIGHT_WITH_FAULT : IN_FLIGHT;
        inFlight++;
    }

    /**
     * Puts a buffer that lies whole in one window at a place of a chain that is put in flight by {@link #end(int, int, int)}, all of it
     * without {@link #begin}: no field of this object has to be written from buffer to buffer.
     *
     * @param segment below {@link #INLINE}
     */
    void put(int chain, int segment, long handle, int length) {
        int slot = chain * INLINE + segment;
        handles[slot] = handle;
        lengths[slot] = length;
    }

    /** Puts the chain in flight that was made of {@link #put(int, int, long, int)} alone. */
    void end(int chain, int segments, int readableSegments) {
        counts[chain] = segments;
        readableCounts[chain] = readableSegments;
        states[chain] = IN_FLIGHT;
        inFlight++;
    }

    private void addPieces(long address, long length) {
        long done = 0;
        while (done < length) {
            long handle = translation.find(address + done, 1);
            if (handle == GuestMemory.NONE) {
                addOutside(length - done);
                return;
            }
            int piece = (int) Math.min(length - done, translation.remaining(handle));
            put(handle, piece);
            done += piece;
        }
    }

    /** What follows the first byte outside memory counts as outside too: the request fails anyway. */
    private void addOutside(long length) {
        fault = true;
        for (long left = length; left > 0; left -= OUTSIDE_PIECE) {
            put(GuestMemory.NONE, (int) Math.min(left, OUTSIDE_PIECE));
        }
    }

    private void put(long handle, int length) {
        int segment = count++;
        if (segment < INLINE) {
            int slot = head * INLINE + segment;
            handles[slot] = handle;
            lengths[slot] = length;
        } else {
            putMore(segment - INLINE, handle, length);
        }
    }

    private void putMore(int index, long handle, int length) {
        long[] more = moreHandles[head];
        if (more == null || more.length == index) {
            grow(index);
        }
        moreHandles[head][index] = handle;
        moreLengths[head][index] = length;
    }

    private void grow(int used) {
        int capacity = used == 0 ? FIRST_OVERFLOW : 2 * used;
        if (capacity > OVERFLOW_LIMIT) {
            throw new RingFault("chain " + head + " has more than " + (OVERFLOW_LIMIT + INLINE) + " segments");
        }
        int additional = capacity - used;
        if (overflow + additional > OVERFLOW_LIMIT) {
            dropIdle();
        }
        if (overflow + additional > OVERFLOW_LIMIT) {
            throw SegmentShortage.INSTANCE;
        }
        overflow += additional;
        moreHandles[head] = used == 0 ? new long[capacity] : Arrays.copyOf(moreHandles[head], capacity);
        moreLengths[head] = used == 0 ? new int[capacity] : Arrays.copyOf(moreLengths[head], capacity);
    }

    private void dropIdle() {
        for (int other = 0; other < moreHandles.length; other++) {
            if (states[other] == IDLE && other != head && moreHandles[other] != null) {
                overflow -= moreHandles[other].length;
                moreHandles[other] = null;
                moreLengths[other] = null;
            }
        }
    }

    // ---- chains in flight

    boolean isInFlight(int candidate) {
        return states[candidate] != IDLE;
    }

    int inFlight() {
        return inFlight;
    }

    /** Reads a byte of the first segment of a chain that has ended in the current memory; what it is means nothing. */
    int touch(int chain) {
        long handle = handles[chain * INLINE];
        if (counts[chain] == 0 || handle == GuestMemory.NONE) {
            return 0;
        }
        return translation.memory().window(GuestMemory.windowOf(handle)).get(GuestMemory.offsetOf(handle));
    }

    /** Chains that have ended, in 32 bits. */
    int completed() {
        return completed;
    }

    int segments(int chain) {
        return counts[chain];
    }

    int readableSegments(int chain) {
        return readableCounts[chain];
    }

    long handle(int chain, int segment) {
        return segment < INLINE ? handles[chain * INLINE + segment] : moreHandles[chain][segment - INLINE];
    }

    int length(int chain, int segment) {
        return segment < INLINE ? lengths[chain * INLINE + segment] : moreLengths[chain][segment - INLINE];
    }

    boolean hasFault(int chain) {
        return states[chain] == IN_FLIGHT_WITH_FAULT;
    }

    /**
     * Ends a chain.
     *
     * @throws IllegalStateException if it is not in flight
     */
    void remove(int chain) {
        if (states[chain] == IDLE) {
            throw new IllegalStateException("chain " + chain + " is completed but was not in flight");
        }
        states[chain] = IDLE;
        inFlight--;
        completed++;
    }
}
