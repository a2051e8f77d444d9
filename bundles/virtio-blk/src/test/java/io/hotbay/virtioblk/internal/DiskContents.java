// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import java.util.Arrays;
import java.util.BitSet;

/**
 * A disk on which every byte tells its place: what is written to a place is what was there before, so that data in a wrong place
 * is seen whatever the order of the requests. Only zeros may come in, where a request wrote them.
 */
final class DiskContents {
    static final int SIZE = 64 << 10;

    private static final byte[] ORIGINAL = new byte[SIZE];

    static {
        for (int i = 0; i < SIZE; i++) {
            ORIGINAL[i] = at(i);
        }
    }

    private final byte[] store;
    private final BitSet zeroed = new BitSet();

    /** Fills a store of {@link #SIZE} bytes. */
    DiskContents(byte[] store) {
        this.store = store;
        System.arraycopy(ORIGINAL, 0, store, 0, SIZE);
    }

    /** The byte of a place, never 0 nor {@link GuestArena#UNTOUCHED}. */
    static byte at(long place) {
        byte value = (byte) (place * 31 + (place >>> 9) * 7);
        return value == 0 || value == GuestArena.UNTOUCHED ? 1 : value;
    }

    void zero(int offset, int length) {
        zeroed.set(offset, offset + length);
    }

    void check(int place, byte value) {
        boolean zero = value == 0 && zeroed.get(place);
        if (value != ORIGINAL[place] && !zero) {
            throw new AssertionError("byte " + place + " of the disk is " + value + " instead of " + ORIGINAL[place]);
        }
    }

    void check() {
        if (!Arrays.equals(store, ORIGINAL)) {
            for (int i = 0; i < store.length; i++) {
                check(i, store[i]);
            }
        }
    }
}
