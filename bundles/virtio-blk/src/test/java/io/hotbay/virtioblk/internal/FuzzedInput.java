// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

/** Reads decisions from the bytes of a fuzzer; zeros follow the last. */
final class FuzzedInput {
    private final byte[] bytes;
    private int next;

    FuzzedInput(byte[] bytes) {
        this.bytes = bytes;
    }

    boolean isEmpty() {
        return next >= bytes.length;
    }

    int u8() {
        return isEmpty() ? 0 : bytes[next++] & 0xff;
    }

    int u32() {
        return u8() | u8() << 8 | u8() << 16 | u8() << 24;
    }

    long u64() {
        return Integer.toUnsignedLong(u32()) | (long) u32() << 32;
    }

    boolean flag() {
        return (u8() & 1) != 0;
    }

    /** A number from 0 to {@code limit} - 1; small limits cost one byte. */
    int below(int limit) {
        int value = limit <= 256 ? u8() : u8() | u8() << 8;
        return value % limit;
    }
}
