// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.wire;

import java.nio.ByteBuffer;

/**
 * "device state transfer": what SET_DEVICE_STATE_FD asks for (vhost-user specification, "Device state transfer parameters").
 *
 * <pre>
 *   0           4       8
 *   | direction | phase |
 * </pre>
 *
 * @param direction {@link #SAVE} or {@link #LOAD}, if the front-end is sane
 * @param phase {@link #STOPPED}, if the front-end is sane
 */
public record DeviceStateTransfer(int direction, int phase) {
    /** Bytes of the structure. */
    public static final int SIZE = 8;
    /** Direction: the back-end writes its state. */
    public static final int SAVE = 0;
    /** Direction: the back-end reads its state. */
    public static final int LOAD = 1;
    /** Phase: no ring is running. */
    public static final int STOPPED = 0;

    /** Answer: done, and the front-end's descriptor is used, so none is returned (bit 8). */
    public static final long ACCEPTED = 0x100;
    /** Answer: not done, and none is returned. */
    public static final long REFUSED = 0x101;

    private static final int DIRECTION = 0;
    private static final int PHASE = 4;

    /** Reads both fields. */
    public static DeviceStateTransfer read(ByteBuffer payload) {
        return new DeviceStateTransfer(payload.getInt(DIRECTION), payload.getInt(PHASE));
    }
}
