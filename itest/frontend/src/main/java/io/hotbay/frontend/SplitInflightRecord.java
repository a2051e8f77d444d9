// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.nio.ByteBuffer;

/**
 * One queue's part of an in-flight region for split rings (vhost-user, "Inflight I/O tracking"), as tests read and write it: the
 * layout of DPDK and libvhost-user.
 */
public final class SplitInflightRecord {
    private static final int HEADER = 16;
    private static final int ENTRY = 16;
    private static final int ALIGNMENT = 64;

    private final ByteBuffer bytes;

    /** Reads and writes a part of {@link #bytes} bytes. */
    public SplitInflightRecord(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /** Bytes of the part of a queue with so many descriptors. */
    public static int bytes(int descriptors) {
        return (HEADER + ENTRY * descriptors + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** Makes it one of a queue with nothing in flight. */
    public void initialize(int descriptors, int usedIndex) {
        bytes.putLong(0, 0)
                .putShort(8, (short) 1)
                .putShort(10, (short) descriptors)
                .putShort(12, (short) 0)
                .putShort(14, (short) usedIndex);
    }

    /** Version of the format; 0 until the back-end has begun to use it. */
    public int version() {
        return bytes.getShort(8) & 0xffff;
    }

    /** Number of descriptors. */
    public int descriptors() {
        return bytes.getShort(10) & 0xffff;
    }

    /** Number of descriptors, right or wrong. */
    public void descriptors(int count) {
        bytes.putShort(10, (short) count);
    }

    /** The head completed last. */
    public int lastBatchHead() {
        return bytes.getShort(12) & 0xffff;
    }

    /** The head completed last. */
    public void lastBatchHead(int head) {
        bytes.putShort(12, (short) head);
    }

    /** The used index up to which everything is accounted for. */
    public int usedIndex() {
        return bytes.getShort(14) & 0xffff;
    }

    /** The used index up to which everything is accounted for. */
    public void usedIndex(int index) {
        bytes.putShort(14, (short) index);
    }

    /** Whether a head is in flight. */
    public boolean inflight(int head) {
        return bytes.get(HEADER + ENTRY * head) != 0;
    }

    /** Whether a head is in flight. */
    public void inflight(int head, boolean is) {
        bytes.put(HEADER + ENTRY * head, (byte) (is ? 1 : 0));
    }

    /** The head completed before. */
    public void next(int head, int before) {
        bytes.putShort(HEADER + ENTRY * head + 6, (short) before);
    }

    /** When a head was taken, in the order of takes. */
    public long counter(int head) {
        return bytes.getLong(HEADER + ENTRY * head + 8);
    }

    /** When a head was taken, in the order of takes. */
    public void counter(int head, long value) {
        bytes.putLong(HEADER + ENTRY * head + 8, value);
    }
}
