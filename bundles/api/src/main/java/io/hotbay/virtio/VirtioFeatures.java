// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtio;

/** Feature bits that a transport and its virtqueues understand, as masks (virtio 1.x, section 6 and 2.7/2.8). */
public final class VirtioFeatures {
    /** Logs all writes to guest memory for live migration (vhost, bit 26). */
    public static final long LOG_ALL = 1L << 26;
    /** Descriptors may refer to tables of descriptors (bit 28). */
    public static final long INDIRECT_DESC = 1L << 28;
    /** Notifications are asked for by index (bit 29). */
    public static final long EVENT_IDX = 1L << 29;
    /** The vhost-user back-end has protocol features (bit 30). */
    public static final long PROTOCOL_FEATURES = 1L << 30;
    /** The device follows version 1 of the specification (bit 32). */
    public static final long VERSION_1 = 1L << 32;
    /** Packed virtqueues (bit 34). */
    public static final long RING_PACKED = 1L << 34;

    private VirtioFeatures() {}

    /** Whether all bits of a mask are set. */
    public static boolean has(long features, long mask) {
        return (features & mask) == mask;
    }
}
