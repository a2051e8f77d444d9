// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtio.VirtqueueFactory;

/**
 * How much of the in-flight region a queue takes. Noted for all sizes, which count as rounded up to powers of two, because
 * front-ends ask also while the virtqueues are away.
 */
final class InFlightSizes {
    private static final int LARGEST_EXPONENT = 15;

    private final int[] split;
    private final int[] packed;

    private InFlightSizes(int[] split, int[] packed) {
        this.split = split;
        this.packed = packed;
    }

    /** Asks a factory. */
    static InFlightSizes of(VirtqueueFactory virtqueues) {
        int count = Math.min(exponent(virtqueues.sizeLimit()), LARGEST_EXPONENT) + 1;
        int[] split = new int[count];
        int[] packed = new int[count];
        for (int i = 0; i < count; i++) {
            split[i] = virtqueues.inFlightBytes(1 << i, 0);
            packed[i] = virtqueues.inFlightBytes(1 << i, VirtioFeatures.RING_PACKED);
        }
        return new InFlightSizes(split, packed);
    }

    /** The exponent of the next power of two. */
    private static int exponent(int size) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(size - 1);
    }

    /**
     * Bytes that a queue takes; more than any region has for a size that is not possible.
     *
     * @param size descriptors, at least 1
     */
    int bytes(int size, boolean ringsPacked) {
        int exponent = exponent(size);
        return exponent < split.length ? (ringsPacked ? packed : split)[exponent] : Integer.MAX_VALUE;
    }
}
