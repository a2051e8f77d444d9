// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;

/**
 * A split ring's part of the in-flight region, as DPDK and QEMU's library lay it out (vhost-user specification, "Inflight I/O
 * tracking"). The front-end keeps it, so what is read from it may be anything. A
 * test overrides what stores, to let its process die in between.
 *
 * <pre>
 *    0              8         10        12           14          16
 *   +--------------+---------+---------+------------+-----------+
 *   | features (0) | version | entries | last batch | used      |
 *   |              |         |         | head       | index     |
 *   +--------------+---------+---------+------------+-----------+
 *
 *   then for each head:
 *    0           1        6        8              16
 *   +-----------+--------+--------+--------------+
 *   | in flight | unused | next   | counter      |
 *   +-----------+--------+--------+--------------+
 * </pre>
 */
class SplitInFlightRegion {
    static final int VERSION_OFFSET = 8;
    static final int ENTRIES_OFFSET = 10;
    static final int LAST_BATCH_HEAD_OFFSET = 12;
    static final int USED_INDEX_OFFSET = 14;
    static final int HEADER_SIZE = 16;

    static final int IN_FLIGHT_OFFSET = 0;
    static final int NEXT_OFFSET = 6;
    static final int COUNTER_OFFSET = 8;
    static final int ENTRY_SIZE = 16;

    private static final int LONG_SHIFT = 3;

    private final ByteBuffer bytes;
    /** The same, for what is written most: it takes fewer checks. */
    private final LongBuffer longs;

    /**
     * Looks at a region.
     *
     * @throws IllegalArgumentException if it is too small for a ring of a size
     */
    SplitInFlightRegion(ByteBuffer region, int size) {
        bytes = region.slice().order(ByteOrder.LITTLE_ENDIAN);
        longs = bytes.asLongBuffer();
        if (bytes.capacity() < bytes(size)) {
            throw new IllegalArgumentException("in-flight region: " + bytes.capacity() + " bytes, but a ring of " + size
                    + " needs " + bytes(size));
        }
    }

    /** Bytes that the entries of a ring take, with the header. */
    static int bytes(int size) {
        return HEADER_SIZE + ENTRY_SIZE * size;
    }

    /** How many entries there is room for. */
    int room() {
        return (bytes.capacity() - HEADER_SIZE) / ENTRY_SIZE;
    }

    int version() {
        return bytes.getShort(VERSION_OFFSET) & 0xffff;
    }

    void version(int version) {
        bytes.putShort(VERSION_OFFSET, (short) version);
    }

    int entries() {
        return bytes.getShort(ENTRIES_OFFSET) & 0xffff;
    }

    void entries(int entries) {
        bytes.putShort(ENTRIES_OFFSET, (short) entries);
    }

    int lastBatchHead() {
        return bytes.getShort(LAST_BATCH_HEAD_OFFSET) & 0xffff;
    }

    void lastBatchHead(int head) {
        bytes.putShort(LAST_BATCH_HEAD_OFFSET, (short) head);
    }

    int usedIndex() {
        return bytes.getShort(USED_INDEX_OFFSET) & 0xffff;
    }

    void usedIndex(int index) {
        bytes.putShort(USED_INDEX_OFFSET, (short) index);
    }

    int inFlight(int head) {
        return bytes.get(entry(head) + IN_FLIGHT_OFFSET) & 0xff;
    }

    void inFlight(int head, boolean on) {
        bytes.put(entry(head) + IN_FLIGHT_OFFSET, (byte) (on ? 1 : 0));
    }

    int next(int head) {
        return bytes.getShort(entry(head) + NEXT_OFFSET) & 0xffff;
    }

    void next(int head, int next) {
        bytes.putShort(entry(head) + NEXT_OFFSET, (short) next);
    }

    long counter(int head) {
        return longs.get(counterPlace(head));
    }

    void counter(int head, long counter) {
        longs.put(counterPlace(head), counter);
    }

    private static int counterPlace(int head) {
        return entry(head) + COUNTER_OFFSET >>> LONG_SHIFT;
    }

    private static int entry(int head) {
        return HEADER_SIZE + ENTRY_SIZE * head;
    }
}
