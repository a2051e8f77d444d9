// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import io.hotbay.bdev.BlockRequests;
import io.hotbay.memory.GuestMemory;
import io.hotbay.virtio.Virtqueue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Takes requests apart (virtio 1.2, section 5.2.6). Where one descriptor ends and the next begins means nothing, so all parts
 * are found by counting bytes:
 *
 * <pre>
 *   readable   type u32 | reserved u32 | sector u64 | data of OUT, DISCARD, WRITE_ZEROES …
 *   writable   data of IN, GET_ID …                                                        | status u8
 * </pre>
 *
 * <p>One object serves a queue: it holds the request looked at last, copied from guest memory once. Used by one thread.
 */
final class BlkRequest {
    /** Types, section 5.2.6. */
    static final int IN = 0;

    static final int OUT = 1;
    static final int FLUSH = 4;
    static final int GET_ID = 8;
    static final int DISCARD = 11;
    static final int WRITE_ZEROES = 13;

    /** Statuses, section 5.2.6. */
    static final byte OK = 0;

    static final byte IOERR = 1;
    static final byte UNSUPP = 2;

    /** Length of a device ID. */
    static final int ID_LENGTH = 20;

    /** Length of a segment of DISCARD or WRITE_ZEROES: sector u64, number of sectors u32, flags u32. */
    static final int RANGE_LENGTH = 16;

    /** Flag of a segment of DISCARD or WRITE_ZEROES: unmap. */
    static final int RANGE_UNMAP = 1;

    private static final int HEADER_LENGTH = 16;
    private static final int STATUS_LENGTH = 1;
    /** Segments of a plain request. */
    private static final int PLAIN = 3;

    private static final int TYPE = 0;
    private static final int SECTOR = 8;
    private static final int RANGE_SECTORS = 8;
    private static final int RANGE_FLAGS = 12;

    private final ByteBuffer copy = ByteBuffer.allocate(HEADER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);

    private final Virtqueue queue;
    private int head;
    private int segments;
    private int readable;
    private long status;
    /** Whether header, data and status are one segment each, as drivers lay out all but large requests. */
    private boolean plain;
    /** Of a plain request. */
    private long headerHandle;

    private long dataHandle;
    private int dataLength;

    private int type;
    private long sector;
    private long rangeSector;
    private int rangeSectors;
    private int rangeFlags;

    BlkRequest(Virtqueue queue) {
        this.queue = queue;
    }

    /** Looks at a chain: finds its status byte. */
    void take(int chain) {
        head = chain;
        segments = queue.segments(chain);
        readable = queue.readableSegments(chain);
        plain = false;
        if (segments == PLAIN && readable > 0 && readable < PLAIN) {
            takeThree();
        } else {
            status = findStatus();
        }
    }

    /** Looks at all of the chain at once, before anything is written: the compiler keeps what was read only until then. */
    private void takeThree() {
        long first = queue.handle(head, 0);
        int firstLength = queue.length(head, 0);
        long second = queue.handle(head, 1);
        int secondLength = queue.length(head, 1);
        long third = queue.handle(head, 2);
        int thirdLength = queue.length(head, 2);
        plain = firstLength == HEADER_LENGTH && thirdLength == STATUS_LENGTH;
        headerHandle = first;
        dataHandle = second;
        dataLength = secondLength;
        status = statusIn(third, thirdLength);
    }

    private long findStatus() {
        if (segments == readable) {
            return GuestMemory.NONE;
        }
        return statusIn(queue.handle(head, segments - 1), queue.length(head, segments - 1));
    }

    private static long statusIn(long lastSegment, int length) {
        return lastSegment == GuestMemory.NONE ? lastSegment : lastSegment + length - STATUS_LENGTH;
    }

    /** Whether the chain has a writable byte at all. */
    boolean isAnswerable() {
        return segments > readable;
    }

    /** Where the status byte is, or {@link GuestMemory#NONE} if there is none or it lies outside guest memory. */
    long status() {
        return status;
    }

    /**
     * Copies the header.
     *
     * @return false if there are too few readable bytes for one
     */
    boolean readHeader() {
        if (plain) {
            readHeaderAt(headerHandle);
            return true;
        }
        if (readable > 0 && queue.length(head, 0) >= HEADER_LENGTH) {
            readHeaderAt(queue.handle(head, 0));
            return true;
        }
        if (!gather(0)) {
            return false;
        }
        type = copy.getInt(TYPE);
        sector = copy.getLong(SECTOR);
        return true;
    }

    private void readHeaderAt(long handle) {
        ByteBuffer window = window(handle);
        type = window.getInt(GuestMemory.offsetOf(handle) + TYPE);
        sector = window.getLong(GuestMemory.offsetOf(handle) + SECTOR);
    }

    int type() {
        return type;
    }

    long sector() {
        return sector;
    }

    /** Copies the range behind the header, which must be there: see {@link #outLength()}. */
    void readRange() {
        gather(HEADER_LENGTH);
        rangeSector = copy.getLong(0);
        rangeSectors = copy.getInt(RANGE_SECTORS);
        rangeFlags = copy.getInt(RANGE_FLAGS);
    }

    long rangeSector() {
        return rangeSector;
    }

    /** Number of sectors, to be taken as unsigned. */
    int rangeSectors() {
        return rangeSectors;
    }

    int rangeFlags() {
        return rangeFlags;
    }

    /** Copies 16 readable bytes that may be spread over several segments. */
    private boolean gather(int skip) {
        int copied = 0;
        int toSkip = skip;
        for (int segment = 0; segment < readable && copied < copy.capacity(); segment++) {
            int length = queue.length(head, segment);
            if (length > toSkip) {
                int count = Math.min(length - toSkip, copy.capacity() - copied);
                long handle = queue.handle(head, segment);
                ByteBuffer window = window(handle);
                copy.put(copied, window, GuestMemory.offsetOf(handle) + toSkip, count);
                copied += count;
            }
            toSkip = Math.max(0, toSkip - length);
        }
        return copied == copy.capacity();
    }

    private ByteBuffer window(long handle) {
        return queue.memory().window(GuestMemory.windowOf(handle));
    }

    /** Whether the data of a read are one segment. */
    boolean isPlainIn() {
        return plain && readable == 1;
    }

    /** Whether the data of a write are one segment. */
    boolean isPlainOut() {
        return plain && readable == 2;
    }

    /** Where the data of a plain request are. */
    long dataHandle() {
        return dataHandle;
    }

    /** Bytes behind the header. */
    long outLength() {
        return isPlainOut() ? dataLength : sum(0, readable) - HEADER_LENGTH;
    }

    /** Writable bytes before the status. */
    long inLength() {
        return isPlainIn() ? dataLength : sum(readable, segments) - STATUS_LENGTH;
    }

    private long sum(int from, int to) {
        long sum = 0;
        for (int segment = from; segment < to; segment++) {
            sum += queue.length(head, segment);
        }
        return sum;
    }

    /** Adds the bytes behind the header to a prepared block request. */
    void addOut(BlockRequests requests) {
        add(requests, 0, readable, HEADER_LENGTH, Long.MAX_VALUE);
    }

    /** Adds the writable bytes before the status, {@link #inLength()} of them, to a prepared block request. */
    void addIn(BlockRequests requests, long length) {
        add(requests, readable, segments, 0, length);
    }

    private void add(BlockRequests requests, int from, int to, int skip, long limit) {
        int toSkip = skip;
        long left = limit;
        for (int segment = from; segment < to && left > 0; segment++) {
            int length = queue.length(head, segment);
            if (length > toSkip) {
                int count = (int) Math.min(length - toSkip, left);
                requests.addSegment(head, queue.handle(head, segment) + toSkip, count);
                left -= count;
            }
            toSkip = Math.max(0, toSkip - length);
        }
    }

    /** Copies bytes to the writable part, as far as they go before the status. Returns how many did. */
    int writeIn(byte[] bytes) {
        int length = (int) Math.min(bytes.length, inLength());
        int copied = 0;
        for (int segment = readable; copied < length; segment++) {
            int count = Math.min(queue.length(head, segment), length - copied);
            long handle = queue.handle(head, segment);
            window(handle).put(GuestMemory.offsetOf(handle), bytes, copied, count);
            copied += count;
        }
        return copied;
    }
}
