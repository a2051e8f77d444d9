// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevuring.internal;

import io.hotbay.linux.Addresses;
import io.hotbay.linux.IoVectors;
import java.nio.ByteBuffer;

/** Vectors of zeros, to be written where a file cannot be told to be zero. Used by one thread. */
final class ZeroVectors {
    private static final int ALIGNMENT = 4 << 10;
    private static final int LENGTH = 64 << 10;
    private static final ByteBuffer ZEROS =
            ByteBuffer.allocateDirect(LENGTH + ALIGNMENT).alignedSlice(ALIGNMENT);

    private final long address = Addresses.of(ZEROS);
    /** All requests share it: every vector is the same. */
    private final IoVectors whole = new IoVectors(IoVectors.LIMIT);
    /** The last vector of a request, which may be shorter, by slot. */
    private final IoVectors last;

    private long vectors;

    ZeroVectors(int slots) {
        last = new IoVectors(slots);
        for (int i = 0; i < whole.capacity(); i++) {
            whole.set(i, address, LENGTH);
        }
    }

    /**
     * Finds vectors for a write of zeros, or for the beginning of it.
     *
     * @param length bytes, at least 1
     * @return number of vectors
     */
    int prepare(int slot, long length) {
        if (length < LENGTH) {
            last.set(slot, address, length);
            vectors = last.address(slot);
            return 1;
        }
        vectors = whole.address(0);
        return (int) Math.min(length / LENGTH, whole.capacity());
    }

    /** Address of the first vector that was prepared last. */
    long vectors() {
        return vectors;
    }
}
