// SPDX-License-Identifier: Apache-2.0
package io.hotbay.migrate.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Which regions of the source still have to be copied, kept right by the copier and any number of writers on any threads, none of
 * which ever waits for another.
 *
 * <p>A region is copied whole, by one thread, between {@link #beginCopy} and {@link #endCopy}. It is clean before its contents are
 * read. A writer asks before it writes ({@link #begin}): if the regions are clean and nobody copies them it writes to both disks and
 * says so afterwards ({@link #end}), otherwise to the source alone, and marks the regions when it is through. Contents can come to
 * differ in two ways only, and both end in a mark after the write, so that the region is copied once more:
 *
 * <ul>
 *   <li>The copier was at work in a region at some moment between begin and end: its sequence number is another one then.
 *   <li>Two writers wrote the same blocks at a time, and the disks may have taken them in different order: the second one finds the
 *       first one's count.
 * </ul>
 */
final class Regions {
    /** What {@link #begin} answers when the source alone must be written. */
    static final long COPY_LATER = -1;

    /** In a ticket: somebody else writes there already. The sum of sequence numbers never comes that far. */
    private static final long OVERLAPPED = 1L << 62;

    /** Writers count themselves in units of this many bytes. */
    private static final int UNIT_SHIFT = 12;
    /** Units so far apart share a count, which at worst makes a region be copied once more. */
    private static final int UNITS = 1 << 16;

    private static final VarHandle INTS = MethodHandles.arrayElementVarHandle(int[].class);
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    private final long bytes;
    private final int shift;
    private final int count;
    /** Odd while a region is being copied. */
    private final int[] sequences;

    private final long[] dirty;
    private final int[] writers = new int[UNITS];

    /**
     * All has to be copied.
     *
     * @param bytes size of the disk
     * @param shift the size of a region is 2 to the power of this
     */
    Regions(long bytes, int shift) {
        this.bytes = bytes;
        this.shift = shift;
        count = Math.toIntExact((bytes + (1L << shift) - 1) >>> shift);
        sequences = new int[count];
        dirty = new long[(count + Long.SIZE - 1) / Long.SIZE];
        for (int region = 0; region < count; region++) {
            dirty[region / Long.SIZE] |= 1L << region;
        }
    }

    int count() {
        return count;
    }

    long offset(int region) {
        return (long) region << shift;
    }

    long length(int region) {
        return Math.min(1L << shift, bytes - offset(region));
    }

    // ---- writers

    private int first(long offset) {
        return (int) (offset >>> shift);
    }

    private int last(long offset, long length) {
        return (int) Math.min(count - 1L, offset + length - 1 >>> shift);
    }

    /**
     * A write of at least one byte begins.
     *
     * @return {@link #COPY_LATER}, or a ticket for {@link #end} if it is to go to both disks
     */
    long begin(long offset, long length) {
        long ticket = 0;
        int last = last(offset, length);
        for (int region = first(offset); region <= last; region++) {
            int sequence = (int) INTS.getVolatile(sequences, region);
            if ((sequence & 1) != 0 || isDirty(region)) {
                return COPY_LATER;
            }
            ticket += Integer.toUnsignedLong(sequence);
        }
        return enter(offset, length) ? ticket | OVERLAPPED : ticket;
    }

    private boolean enter(long offset, long length) {
        boolean met = false;
        long end = offset + length - 1 >>> UNIT_SHIFT;
        for (long unit = offset >>> UNIT_SHIFT; unit <= end; unit++) {
            met |= (int) INTS.getAndAdd(writers, (int) (unit & UNITS - 1), 1) != 0;
        }
        return met;
    }

    /**
     * A write to both disks is through, well or badly.
     *
     * @param good whether both have taken it
     */
    void end(long offset, long length, long ticket, boolean good) {
        // what was written must be seen by a copier that has not been seen to begin
        VarHandle.fullFence();
        long sum = 0;
        int last = last(offset, length);
        for (int region = first(offset); region <= last; region++) {
            sum += Integer.toUnsignedLong((int) INTS.getVolatile(sequences, region));
        }
        if (!good || sum != ticket) {
            mark(offset, length);
        }
        long end = offset + length - 1 >>> UNIT_SHIFT;
        for (long unit = offset >>> UNIT_SHIFT; unit <= end; unit++) {
            INTS.getAndAdd(writers, (int) (unit & UNITS - 1), -1);
        }
    }

    /** The source alone was written, after {@link #COPY_LATER}: its regions have to be copied. */
    void mark(long offset, long length) {
        int last = last(offset, length);
        for (int region = first(offset); region <= last; region++) {
            LONGS.getAndBitwiseOr(dirty, region / Long.SIZE, 1L << region);
        }
    }

    // ---- the copier

    private boolean isDirty(int region) {
        return ((long) LONGS.getVolatile(dirty, region / Long.SIZE) >>> region & 1) != 0;
    }

    /**
     * The next region that has to be copied.
     *
     * @return its number, from {@code from} on or else from the beginning; -1 when there is none
     */
    int next(int from) {
        int found = next(from, count);
        return found >= 0 ? found : next(0, Math.min(from, count));
    }

    private int next(int from, int end) {
        for (int region = from; region < end; ) {
            long left = (long) LONGS.getVolatile(dirty, region / Long.SIZE) >>> region;
            if (left != 0) {
                int found = region + Long.numberOfTrailingZeros(left);
                return found < end ? found : -1;
            }
            region = (region / Long.SIZE + 1) * Long.SIZE;
        }
        return -1;
    }

    /** A region is about to be copied: what is written from now on is noticed. */
    void beginCopy(int region) {
        INTS.getAndAdd(sequences, region, 1);
        LONGS.getAndBitwiseAnd(dirty, region / Long.SIZE, ~(1L << region));
        VarHandle.fullFence();
    }

    /**
     * A region has been copied.
     *
     * @param good whether it was copied whole
     */
    void endCopy(int region, boolean good) {
        if (!good) {
            LONGS.getAndBitwiseOr(dirty, region / Long.SIZE, 1L << region);
        }
        INTS.getAndAdd(sequences, region, 1);
    }

    /** Number of regions that have to be copied. */
    int left() {
        int left = 0;
        for (int word = 0; word < dirty.length; word++) {
            left += Long.bitCount((long) LONGS.getVolatile(dirty, word));
        }
        return left;
    }

    /** Bytes that need not be copied now. */
    long done() {
        long done = bytes - ((long) left() << shift);
        return count > 0 && isDirty(count - 1) ? done + (1L << shift) - length(count - 1) : done;
    }

    /** Bytes there are. */
    long bytes() {
        return bytes;
    }
}
