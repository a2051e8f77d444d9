// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.wire;

import java.nio.ByteBuffer;

/**
 * "vring state" (vhost-user specification, "A vring state description").
 *
 * <pre>
 *   0       4       8
 *   | index |  num  |
 * </pre>
 */
public final class VringState {
    /** Bytes of the structure. */
    public static final int SIZE = 8;

    private static final int INDEX = 0;
    private static final int NUM = 4;

    private VringState() {}

    /** Number of the ring, unsigned. */
    public static int index(ByteBuffer payload) {
        return payload.getInt(INDEX);
    }

    /** What is said about it. */
    public static int num(ByteBuffer payload) {
        return payload.getInt(NUM);
    }

    /** Writes both fields. */
    public static void put(ByteBuffer payload, int index, int num) {
        payload.putInt(INDEX, index).putInt(NUM, num);
    }
}
