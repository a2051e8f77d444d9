// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevmalloc.internal;

import io.hotbay.memory.MemoryLease;
import io.hotbay.memory.MemoryRegion;
import java.nio.ByteBuffer;

/**
 * The bytes of a disk in the windows of a lease. Requests that overlap on several threads mix, as on any disk. Any thread; nothing
 * is allocated.
 */
final class LeasedStore {
    private static final int WINDOW_SHIFT = Integer.numberOfTrailingZeros(MemoryRegion.STRIDE);
    private static final int CACHE_LINE = 64;
    private static final int TOUCHED_BYTES = 1024;
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(64 << 10);

    private final long size;
    private final ByteBuffer[] windows;

    LeasedStore(MemoryLease lease) {
        size = lease.size();
        windows = new ByteBuffer[lease.windows()];
        for (int i = 0; i < windows.length; i++) {
            windows[i] = lease.window(i);
        }
    }

    /** Bytes there are. */
    long size() {
        return size;
    }

    /** Number of windows. */
    int windows() {
        return windows.length;
    }

    /** A window; each but the last has {@link MemoryRegion#STRIDE} bytes. */
    ByteBuffer window(int index) {
        return windows[index];
    }

    /** The position behind the last byte that is not zero, or {@code from} if there is none from there on. */
    long dataEnd(long from) {
        for (long end = size; end > from; ) {
            int place = placeOf(end - 1) + 1;
            int count = (int) Math.min(Math.min(end - from, ZEROS.capacity()), place);
            ByteBuffer piece = bufferOf(end - 1).slice(place - count, count);
            if (piece.mismatch(ZEROS.slice(0, count)) >= 0) {
                return end - count + lengthWithoutZeros(piece);
            }
            end -= count;
        }
        return from;
    }

    private static int lengthWithoutZeros(ByteBuffer piece) {
        int length = piece.capacity();
        while (piece.get(length - 1) == 0) {
            length--;
        }
        return length;
    }

    /** Copies {@code length} bytes from {@code position} on to a place in a buffer. */
    void read(long position, ByteBuffer destination, int offset, int length) {
        for (int done = 0; done < length; ) {
            int place = placeOf(position + done);
            int count = Math.min(length - done, MemoryRegion.STRIDE - place);
            destination.put(offset + done, bufferOf(position + done), place, count);
            done += count;
        }
    }

    /** Copies {@code length} bytes from a place in a buffer to {@code position}. */
    void write(long position, ByteBuffer source, int offset, int length) {
        for (int done = 0; done < length; ) {
            int place = placeOf(position + done);
            int count = Math.min(length - done, MemoryRegion.STRIDE - place);
            bufferOf(position + done).put(place, source, offset + done, count);
            done += count;
        }
    }

    /**
     * Reads a byte of the first cache line of a range that will be copied after the next one, so that its page is known and the
     * line is there when the others are fetched by {@link #touch}.
     *
     * @param position may lie anywhere
     */
    int announce(long position) {
        if (position < 0 || position >= size) {
            return 0;
        }
        return bufferOf(position).get(placeOf(position));
    }

    /**
     * Reads here and there in the beginning of a range that will be copied next. The processor fetches it into its cache while the
     * request before is still being copied. More than this much holds up the copy instead.
     *
     * @param position may lie anywhere, like the length
     */
    int touch(long position, long length) {
        int touched = (int) Math.min(length, TOUCHED_BYTES);
        if (position < 0 || position > size - TOUCHED_BYTES) {
            return 0;
        }
        ByteBuffer window = bufferOf(position);
        int place = placeOf(position);
        if (place > window.capacity() - TOUCHED_BYTES) {
            return 0;
        }
        int sum = 0;
        for (int i = CACHE_LINE; i < touched; i += CACHE_LINE) {
            sum += window.get(place + i);
        }
        return sum;
    }

    /** Fills {@code length} bytes from {@code position} on with zeros. */
    void clear(long position, long length) {
        for (long done = 0; done < length; ) {
            int count = (int) Math.min(length - done, ZEROS.capacity());
            write(position + done, ZEROS, 0, count);
            done += count;
        }
    }

    private ByteBuffer bufferOf(long position) {
        return windows[windowOf(position)];
    }

    /** The number of the window that a position lies in. */
    static int windowOf(long position) {
        return (int) (position >>> WINDOW_SHIFT);
    }

    /** Where a position lies in its window. */
    static int placeOf(long position) {
        return (int) position & MemoryRegion.STRIDE - 1;
    }
}
