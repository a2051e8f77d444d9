// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

import java.nio.ByteBuffer;

/**
 * struct cmsghdr (linux/socket.h) of 64-bit machines, with descriptors in it.
 *
 * <pre>
 *  0       8       12     16
 *  +-------+-------+------+------------+------------+--
 *  | len   | level | type | descriptor | descriptor | …
 *  +-------+-------+------+------------+------------+--
 * </pre>
 *
 * The length counts the header; the next message begins at the next multiple of eight.
 */
final class ControlMessage {
    private static final int SIZE = 0;
    private static final int LEVEL = 8;
    private static final int TYPE = 12;
    private static final int DATA = 16;
    private static final int ALIGNMENT = 8;

    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;

    private ControlMessage() {}

    /** Bytes that a message with so many descriptors takes (CMSG_SPACE). */
    static int space(int descriptors) {
        return align(DATA + descriptors * Integer.BYTES);
    }

    static void write(ByteBuffer bytes, int at, int[] descriptors) {
        bytes.putLong(at + SIZE, DATA + (long) descriptors.length * Integer.BYTES);
        bytes.putInt(at + LEVEL, SOL_SOCKET);
        bytes.putInt(at + TYPE, SCM_RIGHTS);
        for (int i = 0; i < descriptors.length; i++) {
            bytes.putInt(at + DATA + i * Integer.BYTES, descriptors[i]);
        }
    }

    /** How many descriptors the message holds; 0 when it is one of another kind. */
    static int count(ByteBuffer bytes, int at) {
        boolean rights = bytes.getInt(at + LEVEL) == SOL_SOCKET && bytes.getInt(at + TYPE) == SCM_RIGHTS;
        return rights ? (int) (bytes.getLong(at + SIZE) - DATA) / Integer.BYTES : 0;
    }

    static int descriptor(ByteBuffer bytes, int at, int index) {
        return bytes.getInt(at + DATA + index * Integer.BYTES);
    }

    /** Whether a whole message lies between a place and the end. */
    static boolean isAt(ByteBuffer bytes, int at, int end) {
        return end - at >= DATA && bytes.getLong(at + SIZE) >= DATA && bytes.getLong(at + SIZE) <= end - at;
    }

    static int next(ByteBuffer bytes, int at) {
        return at + align((int) bytes.getLong(at + SIZE));
    }

    private static int align(int length) {
        return (length + ALIGNMENT - 1) & -ALIGNMENT;
    }
}
