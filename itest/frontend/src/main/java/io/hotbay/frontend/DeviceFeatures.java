// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

/** Device and ring feature bits as masks (virtio 1.x, 5.2.3 and 6; vhost-user for bits 26 and 30). */
public final class DeviceFeatures {
    public static final long SIZE_MAX = 1L << 1;
    public static final long SEG_MAX = 1L << 2;
    public static final long GEOMETRY = 1L << 4;
    public static final long RO = 1L << 5;
    public static final long BLK_SIZE = 1L << 6;
    public static final long FLUSH = 1L << 9;
    public static final long TOPOLOGY = 1L << 10;
    public static final long CONFIG_WCE = 1L << 11;
    public static final long MQ = 1L << 12;
    public static final long DISCARD = 1L << 13;
    public static final long WRITE_ZEROES = 1L << 14;
    public static final long LOG_ALL = 1L << 26;
    public static final long INDIRECT_DESC = 1L << 28;
    public static final long EVENT_IDX = 1L << 29;
    public static final long PROTOCOL_FEATURES = 1L << 30;
    public static final long VERSION_1 = 1L << 32;
    public static final long RING_PACKED = 1L << 34;

    /** What a Linux guest's block driver takes of a split-ring device, and bit 30, which the front-end adds. */
    public static final long BLOCK_DRIVER = SIZE_MAX
            | SEG_MAX
            | GEOMETRY
            | RO
            | BLK_SIZE
            | FLUSH
            | TOPOLOGY
            | CONFIG_WCE
            | MQ
            | DISCARD
            | WRITE_ZEROES
            | INDIRECT_DESC
            | EVENT_IDX
            | PROTOCOL_FEATURES
            | VERSION_1;

    private DeviceFeatures() {}
}
