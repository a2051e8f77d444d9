// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.wire;

/** Protocol feature bits, as masks (vhost-user specification, "Protocol features"). */
public final class ProtocolFeatures {
    /** GET_QUEUE_NUM may be sent (bit 0). */
    public static final long MQ = 1L;
    /** SET_LOG_BASE comes with a file (bit 1). */
    public static final long LOG_SHMFD = 1L << 1;
    /** NEED_REPLY may be set (bit 3). */
    public static final long REPLY_ACK = 1L << 3;
    /** The back-end may send requests over a channel of its own (bit 5). */
    public static final long BACKEND_REQ = 1L << 5;
    /** GET_CONFIG and SET_CONFIG may be sent (bit 9). */
    public static final long CONFIG = 1L << 9;
    /** Requests under way are recorded in a file that the front-end keeps (bit 12). */
    public static final long INFLIGHT_SHMFD = 1L << 12;
    /** RESET_DEVICE may be sent (bit 13). */
    public static final long RESET_DEVICE = 1L << 13;
    /** Memory regions may be added and removed one at a time (bit 15). */
    public static final long CONFIGURE_MEM_SLOTS = 1L << 15;
    /** The front-end tells the device status (bit 16). */
    public static final long STATUS = 1L << 16;
    /** The device's own state can be saved and loaded (bit 19). */
    public static final long DEVICE_STATE = 1L << 19;

    /**
     * What this back-end offers. QEMU accepts every bit it knows, so only what works stands here.
     */
    public static final long OFFERED = MQ
            | LOG_SHMFD
            | REPLY_ACK
            | BACKEND_REQ
            | CONFIG
            | INFLIGHT_SHMFD
            | RESET_DEVICE
            | CONFIGURE_MEM_SLOTS
            | STATUS
            | DEVICE_STATE;

    private ProtocolFeatures() {}
}
