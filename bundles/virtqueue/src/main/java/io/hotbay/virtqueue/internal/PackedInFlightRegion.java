// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A packed ring's part of the in-flight region, as DPDK lays it out (vhost-user specification, "Inflight I/O tracking"). The
 * front-end keeps it, so what is read from it may be anything.
 *
 * <pre>
 *    0              8         10        12     14         16      18         20     21         22       32
 *   +--------------+---------+---------+------+----------+-------+----------+------+----------+--------+
 *   | features (0) | version | entries | free | old free | used  | old used | used | old used | unused |
 *   |              |         |         | head | head     | index | index    | wrap | wrap     |        |
 *   +--------------+---------+---------+------+----------+-------+----------+------+----------+--------+
 *
 *   then the entries:
 *    0           1        2      4      6        8         16   18      20       24        32
 *   +-----------+--------+------+------+--------+---------+----+-------+--------+---------+
 *   | in flight | unused | next | last | number | counter | id | flags | length | address |
 *   +-----------+--------+------+------+--------+---------+----+-------+--------+---------+
 * </pre>
 *
 * An entry holds a descriptor. The first of a chain says how many the chain has and which is the last; {@code next} links the
 * entries of a chain, and those that are free, whose list ends at the number of entries.
 */
final class PackedInFlightRegion {
    static final int VERSION_OFFSET = 8;
    static final int ENTRIES_OFFSET = 10;
    static final int FREE_HEAD_OFFSET = 12;
    static final int OLD_FREE_HEAD_OFFSET = 14;
    static final int POSITIONS_OFFSET = 16;
    static final int HEADER_SIZE = 32;

    static final int IN_FLIGHT_OFFSET = 0;
    static final int NEXT_OFFSET = 2;
    static final int LAST_OFFSET = 4;
    static final int NUMBER_OFFSET = 6;
    static final int COUNTER_OFFSET = 8;
    static final int REST_OFFSET = 16;
    static final int ADDRESS_OFFSET = 24;
    static final int ENTRY_SIZE = 32;

    private static final int OLD_USED_SHIFT = 16;
    private static final int WRAP_SHIFT = 32;
    private static final int OLD_WRAP_SHIFT = 40;
    /** The fields of a descriptor behind its address are in another order here than in a ring: both halves change places. */
    private static final int REST_ROTATION = 32;

    private final ByteBuffer bytes;

    /**
     * Looks at a region.
     *
     * @throws IllegalArgumentException if it is too small for a ring of a size
     */
    PackedInFlightRegion(ByteBuffer region, int size) {
        bytes = region.slice().order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.capacity() < bytes(size)) {
            throw new IllegalArgumentException("in-flight region: " + bytes.capacity() + " bytes, but a packed ring of "
                    + size + " needs " + bytes(size));
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
        return get16(VERSION_OFFSET);
    }

    void version(int version) {
        put16(VERSION_OFFSET, version);
    }

    int entries() {
        return get16(ENTRIES_OFFSET);
    }

    void entries(int entries) {
        put16(ENTRIES_OFFSET, entries);
    }

    int freeHead() {
        return get16(FREE_HEAD_OFFSET);
    }

    void freeHead(int entry) {
        put16(FREE_HEAD_OFFSET, entry);
    }

    int oldFreeHead() {
        return get16(OLD_FREE_HEAD_OFFSET);
    }

    void oldFreeHead(int entry) {
        put16(OLD_FREE_HEAD_OFFSET, entry);
    }

    /** Both used indices and wrap counters, for the methods below. */
    long positions() {
        return bytes.getLong(POSITIONS_OFFSET);
    }

    static int usedIndex(long positions) {
        return (int) positions & 0xffff;
    }

    static int oldUsedIndex(long positions) {
        return (int) (positions >>> OLD_USED_SHIFT) & 0xffff;
    }

    static int usedWrap(long positions) {
        return (int) (positions >>> WRAP_SHIFT) & 0xff;
    }

    static int oldUsedWrap(long positions) {
        return (int) (positions >>> OLD_WRAP_SHIFT) & 0xff;
    }

    /** All four in one store: an index without its wrap counter would send the next process to the wrong lap. */
    void positions(int usedIndex, int usedWrap, int oldUsedIndex, int oldUsedWrap) {
        bytes.putLong(
                POSITIONS_OFFSET,
                usedIndex
                        | (long) oldUsedIndex << OLD_USED_SHIFT
                        | (long) usedWrap << WRAP_SHIFT
                        | (long) oldUsedWrap << OLD_WRAP_SHIFT);
    }

    int inFlight(int entry) {
        return bytes.get(at(entry) + IN_FLIGHT_OFFSET) & 0xff;
    }

    void inFlight(int entry, boolean on) {
        bytes.put(at(entry) + IN_FLIGHT_OFFSET, (byte) (on ? 1 : 0));
    }

    int next(int entry) {
        return get16(at(entry) + NEXT_OFFSET);
    }

    void next(int entry, int next) {
        put16(at(entry) + NEXT_OFFSET, next);
    }

    int last(int entry) {
        return get16(at(entry) + LAST_OFFSET);
    }

    void last(int entry, int last) {
        put16(at(entry) + LAST_OFFSET, last);
    }

    int number(int entry) {
        return get16(at(entry) + NUMBER_OFFSET);
    }

    void number(int entry, int number) {
        put16(at(entry) + NUMBER_OFFSET, number);
    }

    long counter(int entry) {
        return bytes.getLong(at(entry) + COUNTER_OFFSET);
    }

    void counter(int entry, long counter) {
        bytes.putLong(at(entry) + COUNTER_OFFSET, counter);
    }

    long address(int entry) {
        return bytes.getLong(at(entry) + ADDRESS_OFFSET);
    }

    /** Length, id and flags, as they are in the ring. */
    long rest(int entry) {
        return Long.rotateLeft(bytes.getLong(at(entry) + REST_OFFSET), REST_ROTATION);
    }

    void descriptor(int entry, long address, long rest) {
        bytes.putLong(at(entry) + REST_OFFSET, Long.rotateLeft(rest, REST_ROTATION));
        bytes.putLong(at(entry) + ADDRESS_OFFSET, address);
    }

    private static int at(int entry) {
        return HEADER_SIZE + ENTRY_SIZE * entry;
    }

    private int get16(int offset) {
        return bytes.getShort(offset) & 0xffff;
    }

    private void put16(int offset, int value) {
        bytes.putShort(offset, (short) value);
    }
}
