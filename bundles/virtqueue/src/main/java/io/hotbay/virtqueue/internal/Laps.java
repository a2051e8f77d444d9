// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

/**
 * Positions in a packed ring (virtio 1.x section 2.8.1). A wrap counter makes two laps of the slots differ, so a position is a
 * number below twice the size: the first lap, in which the counter is 1, then the one in which it is 0.
 */
final class Laps {
    private static final int SLOT_MASK = 0x7fff;
    private static final int WRAP_SHIFT = 15;

    private final int size;

    Laps(int size) {
        this.size = size;
    }

    int slot(int position) {
        return position < size ? position : position - size;
    }

    /** The wrap counter: 0 or 1. */
    int wrap(int position) {
        return position < size ? 1 : 0;
    }

    /** The position some slots later, as many as the ring has at most. */
    int advance(int position, int slots) {
        int next = position + slots;
        return next < 2 * size ? next : next - 2 * size;
    }

    /** How many slots one position is ahead of another: 0 to twice the size, less one. */
    int distance(int from, int to) {
        return Math.floorMod(to - from, 2 * size);
    }

    /**
     * How many slots the driver has made available that are not used yet.
     *
     * @throws IllegalArgumentException if they are more than the ring has
     */
    int outstanding(int used, int available) {
        int outstanding = distance(used, available);
        if (outstanding > size) {
            throw new IllegalArgumentException("base: its available position is " + outstanding
                    + " slots ahead of its used position in a ring of " + size);
        }
        return outstanding;
    }

    int position(int slot, int wrap) {
        return wrap == 0 ? slot + size : slot;
    }

    /** A position as the driver and the front-end know it: the slot in 15 bits, then the wrap counter. */
    int encode(int position) {
        return slot(position) | wrap(position) << WRAP_SHIFT;
    }

    /** The position that 16 bits stand for; what lies outside the ring is not recognised. */
    int decode(int bits) {
        return position(bits & SLOT_MASK, bits >>> WRAP_SHIFT & 1);
    }

    /**
     * Half of a base as the front-end gives it.
     *
     * @throws IllegalArgumentException if it is outside the ring
     */
    int checked(int bits, String name) {
        int slot = bits & SLOT_MASK;
        if (slot >= size) {
            throw new IllegalArgumentException(
                    "base: its " + name + " position is slot " + slot + " of a ring of " + size);
        }
        return decode(bits);
    }
}
