// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.nio.ByteBuffer;

/**
 * One queue's part of an in-flight region for packed rings (vhost-user, "Inflight I/O tracking"), as tests read and write it:
 * the layout of DPDK.
 */
public final class PackedInflightRecord {
    private static final int HEADER = 32;
    private static final int ENTRY = 32;
    private static final int ALIGNMENT = 64;

    private static final int FREE_HEAD = 12;
    private static final int OLD_FREE_HEAD = 14;
    private static final int USED_INDEX = 16;
    private static final int OLD_USED_INDEX = 18;
    private static final int USED_WRAP = 20;
    private static final int OLD_USED_WRAP = 21;

    private final ByteBuffer bytes;

    /** Reads and writes a part of {@link #bytes} bytes. */
    public PackedInflightRecord(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /** Bytes of the part of a queue with so many descriptors. */
    public static int bytes(int descriptors) {
        return (HEADER + ENTRY * descriptors + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** Makes it one of a queue with nothing in flight: all entries in the list of free ones. */
    public void initialize(int descriptors, int usedSlot, boolean wrap) {
        bytes.putLong(0, 0).putShort(8, (short) 1).putShort(10, (short) descriptors);
        for (int i = 0; i < descriptors; i++) {
            next(i, i + 1);
        }
        freeHead(0);
        oldFreeHead(0);
        usedSlot(usedSlot);
        oldUsedSlot(usedSlot);
        usedWrap(wrap);
        oldUsedWrap(wrap);
    }

    /** Version of the format; 0 until the back-end has begun to use it. */
    public int version() {
        return bytes.getShort(8) & 0xffff;
    }

    /** Number of descriptors. */
    public int descriptors() {
        return bytes.getShort(10) & 0xffff;
    }

    /** First free entry. */
    public int freeHead() {
        return bytes.getShort(FREE_HEAD) & 0xffff;
    }

    /** First free entry. */
    public void freeHead(int entry) {
        bytes.putShort(FREE_HEAD, (short) entry);
    }

    /** First free entry as of the last change that is through. */
    public int oldFreeHead() {
        return bytes.getShort(OLD_FREE_HEAD) & 0xffff;
    }

    /** First free entry as of the last change that is through. */
    public void oldFreeHead(int entry) {
        bytes.putShort(OLD_FREE_HEAD, (short) entry);
    }

    /** Where the next used descriptor goes. */
    public int usedSlot() {
        return bytes.getShort(USED_INDEX) & 0xffff;
    }

    /** Where the next used descriptor goes. */
    public void usedSlot(int slot) {
        bytes.putShort(USED_INDEX, (short) slot);
    }

    /** The same as of the last change that is through. */
    public void oldUsedSlot(int slot) {
        bytes.putShort(OLD_USED_INDEX, (short) slot);
    }

    /** The device's wrap counter. */
    public boolean usedWrap() {
        return bytes.get(USED_WRAP) != 0;
    }

    /** The device's wrap counter. */
    public void usedWrap(boolean wrap) {
        bytes.put(USED_WRAP, (byte) (wrap ? 1 : 0));
    }

    /** The same as of the last change that is through. */
    public void oldUsedWrap(boolean wrap) {
        bytes.put(OLD_USED_WRAP, (byte) (wrap ? 1 : 0));
    }

    /** Whether the chain that begins in an entry is in flight. */
    public boolean inflight(int entry) {
        return bytes.get(at(entry)) != 0;
    }

    /** Whether the chain that begins in an entry is in flight. */
    public void inflight(int entry, boolean is) {
        bytes.put(at(entry), (byte) (is ? 1 : 0));
    }

    /** The entry after this one, in a chain or in the list of free ones. */
    public int next(int entry) {
        return bytes.getShort(at(entry) + 2) & 0xffff;
    }

    /** The entry after this one, in a chain or in the list of free ones. */
    public void next(int entry, int following) {
        bytes.putShort(at(entry) + 2, (short) following);
    }

    /** The last entry of the chain that begins here. */
    public int last(int entry) {
        return bytes.getShort(at(entry) + 4) & 0xffff;
    }

    /** The last entry of the chain that begins here. */
    public void last(int entry, int last) {
        bytes.putShort(at(entry) + 4, (short) last);
    }

    /** Descriptors of the chain that begins here. */
    public int count(int entry) {
        return bytes.getShort(at(entry) + 6) & 0xffff;
    }

    /** Descriptors of the chain that begins here. */
    public void count(int entry, int count) {
        bytes.putShort(at(entry) + 6, (short) count);
    }

    /** When the chain that begins here was taken, in the order of takes. */
    public void counter(int entry, long value) {
        bytes.putLong(at(entry) + 8, value);
    }

    /** The id of the chain's buffer, in the copy of its last descriptor. */
    public int id(int entry) {
        return bytes.getShort(at(entry) + 16) & 0xffff;
    }

    /** The copy of a descriptor. */
    public void descriptor(int entry, int id, int flags, int length, long address) {
        bytes.putShort(at(entry) + 16, (short) id)
                .putShort(at(entry) + 18, (short) flags)
                .putInt(at(entry) + 20, length)
                .putLong(at(entry) + 24, address);
    }

    private static int at(int entry) {
        return HEADER + ENTRY * entry;
    }
}
