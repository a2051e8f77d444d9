// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.GuestMemory;
import java.util.Arrays;

/**
 * The chains in flight of one ring: the segments of each, by head. The first few segments of every head lie in one flat
 * array, 64 bytes for each, the others in arrays that are made when a head first needs them and then kept:
 *
 * <pre>
 *    0        1          2          3          4          5          6
 *   +--------+----------+----------+----------+----------+----------+----------+---+
 *   | state  | handle 0 | length 0 | handle 1 | length 1 | handle 2 | length 2 |   |
 *   +--------+----------+----------+----------+----------+----------+----------+---+
 *     63: in flight, 62: with a fault, 61 to 32: readable segments, 31 to 0: segments
 * </pre>
 *
 * <p>A chain is collected between {@link #begin} and {@link #end}, which puts it in flight; of a chain that is given up in
 * between nothing remains. It knows nothing of a ring's format.
 */
final class ChainTable {
    /** Segments of a head in the flat array: a header, a piece of data and a status. */
    static final int INLINE = 3;

    /**
     * Segments in the additional arrays of all heads together, 3 MiB: what bounds the memory that a guest makes us use. It
     * is 256 for each of 1024 heads.
     */
    static final int OVERFLOW_LIMIT = 1 << 18;

    private static final int FIRST_OVERFLOW = 16;
    private static final long IN_FLIGHT = 1L << 63;
    private static final long FAULT = 1L << 62;
    private static final int READABLE_SHIFT = 32;
    private static final int READABLE_MASK = (1 << 30) - 1;

    /** Longs of a head: {@code head << SHIFT} is the first of them. */
    private static final int SHIFT = 3;

    private static final int HANDLES = 1;
    private static final int LENGTHS = 2;
    /** The contract's lengths are ints; a buffer outside memory may have up to 2^32 - 1 bytes. */
    private static final int OUTSIDE_PIECE = 1 << 30;

    private final Translation translation;
    private final long[] records;
    private final long[][] moreHandles;
    private final int[][] moreLengths;
    private int overflow;
    private int inFlight;
    private int completed;

    private int head;
    private int count;
    private int readable;
    private boolean fault;

    ChainTable(int size, Translation translation) {
        this.translation = translation;
        records = new long[size << SHIFT];
        moreHandles = new long[size][];
        moreLengths = new int[size][];
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
        records[head << SHIFT] = inFlight(count, readable) | (fault ? FAULT : 0);
        inFlight++;
    }

    /**
     * Puts a chain of three buffers in flight, each of which lies whole in one window; without {@link #begin} and {@link #end}.
     *
     * @param readableSegments how many of them are to be read
     */
    void put(
            int chain,
            long firstHandle,
            long firstLength,
            long secondHandle,
            long secondLength,
            long thirdHandle,
            long thirdLength,
            int readableSegments) {
        int record = chain << SHIFT;
        records[record] = inFlight(INLINE, readableSegments);
        records[record + HANDLES] = firstHandle;
        records[record + LENGTHS] = firstLength;
        records[record + HANDLES + 2] = secondHandle;
        records[record + LENGTHS + 2] = secondLength;
        records[record + HANDLES + 4] = thirdHandle;
        records[record + LENGTHS + 4] = thirdLength;
        inFlight++;
    }

    private static long inFlight(int segments, int readableSegments) {
        return IN_FLIGHT | (long) readableSegments << READABLE_SHIFT | segments;
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
            int place = place(head, segment);
            records[place + HANDLES] = handle;
            records[place + LENGTHS] = length;
        } else {
            putMore(segment - INLINE, handle, length);
        }
    }

    /** What the places of a segment's handle and length are counted from. */
    private static int place(int chain, int segment) {
        return (chain << SHIFT) + 2 * segment;
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
            if (!isInFlight(other) && other != head && moreHandles[other] != null) {
                overflow -= moreHandles[other].length;
                moreHandles[other] = null;
                moreLengths[other] = null;
            }
        }
    }

    // ---- chains in flight

    boolean isInFlight(int candidate) {
        return records[candidate << SHIFT] < 0;
    }

    int inFlight() {
        return inFlight;
    }

    /** Reads a byte of the first segment of a chain that has ended in the current memory; what it is means nothing. */
    int touch(int chain) {
        long handle = records[(chain << SHIFT) + HANDLES];
        if (segments(chain) == 0 || handle == GuestMemory.NONE) {
            return 0;
        }
        return translation.memory().window(GuestMemory.windowOf(handle)).get(GuestMemory.offsetOf(handle));
    }

    /** Chains that have ended, in 32 bits. */
    int completed() {
        return completed;
    }

    int segments(int chain) {
        return (int) records[chain << SHIFT];
    }

    int readableSegments(int chain) {
        return (int) (records[chain << SHIFT] >>> READABLE_SHIFT) & READABLE_MASK;
    }

    long handle(int chain, int segment) {
        return segment < INLINE ? records[place(chain, segment) + HANDLES] : moreHandles[chain][segment - INLINE];
    }

    int length(int chain, int segment) {
        return segment < INLINE ? (int) records[place(chain, segment) + LENGTHS] : moreLengths[chain][segment - INLINE];
    }

    boolean hasFault(int chain) {
        return (records[chain << SHIFT] & FAULT) != 0;
    }

    /**
     * Ends a chain.
     *
     * @throws IllegalStateException if it is not in flight
     */
    void remove(int chain) {
        long state = records[chain << SHIFT];
        if (state >= 0) {
            throw new IllegalStateException("chain " + chain + " is completed but was not in flight");
        }
        records[chain << SHIFT] = state & ~IN_FLIGHT;
        inFlight--;
        completed++;
    }
}
