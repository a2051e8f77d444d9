// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.wire;

/**
 * The header of every message, in the host's byte order (vhost-user specification, "Header").
 *
 * <pre>
 *   0         4         8         12
 *   | request |  flags  |  size   | payload of size bytes …
 * </pre>
 */
public final class MessageHeader {
    /** Bytes of a header. */
    public static final int SIZE = 12;
    /** Offset of the message's number. */
    public static final int REQUEST = 0;
    /** Offset of the flags. */
    public static final int FLAGS = 4;
    /** Offset of the payload's size. */
    public static final int PAYLOAD_SIZE = 8;

    /** Flags: the bits that hold the version. */
    public static final int VERSION_MASK = 0x3;
    /** Flags: the only version there is. */
    public static final int VERSION = 0x1;
    /** Flags: the message is an answer. */
    public static final int REPLY = 0x4;
    /** Flags: the sender waits for an answer, whatever the message is. */
    public static final int NEED_REPLY = 0x8;

    private MessageHeader() {}
}
