// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.wire;

/** Protocol feature bits, as masks (vhost-user specification, "Protocol features"). */
public final class ProtocolFeatures {
    /** GET_QUEUE_NUM may be sent (bit 0). */
    public static final long MQ = 1L;
    /** NEED_REPLY may be set (bit 3). */
    public static final long REPLY_ACK = 1L << 3;
    /** The back-end may send requests over a channel of its own (bit 5). */
    public static final long BACKEND_REQ = 1L << 5;
    /** GET_CONFIG and SET_CONFIG may be sent (bit 9). */
    public static final long CONFIG = 1L << 9;
    /** RESET_DEVICE may be sent (bit 13). */
    public static final long RESET_DEVICE = 1L << 13;
    /** Memory regions may be added and removed one at a time (bit 15). */
    public static final long CONFIGURE_MEM_SLOTS = 1L << 15;

    /**
     * What this back-end offers. QEMU accepts every bit it knows, so only what works stands here.
     */
    public static final long OFFERED = MQ | REPLY_ACK | BACKEND_REQ | CONFIG | RESET_DEVICE | CONFIGURE_MEM_SLOTS;

    private ProtocolFeatures() {}
}
