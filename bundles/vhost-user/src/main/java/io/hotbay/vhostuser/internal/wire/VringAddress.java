// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.wire;

import java.nio.ByteBuffer;

/**
 * "vring addr": where a ring's parts lie, in the front-end's address space (vhost-user specification, "A vring address
 * description"). The used ring comes before the available ring.
 *
 * <pre>
 *   0       4       8            16     24          32    40
 *   | index | flags | descriptor | used | available | log |
 * </pre>
 *
 * @param flags bit 0: writes to the used ring are to be logged
 * @param descriptor address of the descriptors
 * @param used address of the used ring or the device event area
 * @param available address of the available ring or the driver event area
 * @param log guest physical address under which writes to the used ring are logged
 */
public record VringAddress(int flags, long descriptor, long used, long available, long log) {
    /** Bytes of the structure. */
    public static final int SIZE = 40;

    /** Flags: writes to the used ring are to be logged (VHOST_VRING_F_LOG). */
    private static final int LOGGED = 1;

    private static final int INDEX = 0;
    private static final int FLAGS = 4;
    private static final int DESCRIPTOR = 8;
    private static final int USED = 16;
    private static final int AVAILABLE = 24;
    private static final int LOG = 32;

    /** Number of the ring, unsigned. */
    public static int index(ByteBuffer payload) {
        return payload.getInt(INDEX);
    }

    /** Reads all but the number of the ring. */
    public static VringAddress read(ByteBuffer payload) {
        return new VringAddress(
                payload.getInt(FLAGS),
                payload.getLong(DESCRIPTOR),
                payload.getLong(USED),
                payload.getLong(AVAILABLE),
                payload.getLong(LOG));
    }

    /** Writes all fields. */
    public void put(ByteBuffer payload, int index) {
        payload.putInt(INDEX, index)
                .putInt(FLAGS, flags)
                .putLong(DESCRIPTOR, descriptor)
                .putLong(USED, used)
                .putLong(AVAILABLE, available)
                .putLong(LOG, log);
    }

    /** Whether writes to the used ring are to be logged. */
    public boolean isLogged() {
        return (flags & LOGGED) != 0;
    }

    /** Whether the used ring is logged in the same way. */
    public boolean sameLog(VringAddress other) {
        return isLogged() == other.isLogged() && (!isLogged() || log == other.log);
    }

    /** Whether the ring lies at the same place, logging aside. */
    public boolean samePlace(VringAddress other) {
        return other != null && descriptor == other.descriptor && used == other.used && available == other.available;
    }
}
