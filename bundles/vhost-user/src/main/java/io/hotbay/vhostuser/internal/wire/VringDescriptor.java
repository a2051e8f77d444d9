// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.wire;

import java.nio.ByteBuffer;

/** The payload of SET_VRING_KICK, _CALL and _ERR: a ring, and whether a file descriptor comes with the message. */
public final class VringDescriptor {
    private static final long INDEX_MASK = 0xff;
    /** Bit 8: no descriptor, the ring is to be polled. */
    private static final long NO_DESCRIPTOR = 0x100;

    private VringDescriptor() {}

    /** Number of the ring. */
    public static int index(ByteBuffer payload) {
        return (int) (payload.getLong(0) & INDEX_MASK);
    }

    /** Whether no descriptor comes with the message. */
    public static boolean hasNone(ByteBuffer payload) {
        return (payload.getLong(0) & NO_DESCRIPTOR) != 0;
    }
}
