// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.wire;

import java.nio.ByteBuffer;

/**
 * "log": where writes to guest memory are noted (vhost-user specification, "Log description").
 *
 * <pre>
 *   0      8        16
 *   | size | offset |
 * </pre>
 *
 * @param size bytes of the log
 * @param offset where it starts in its file
 */
public record LogDescription(long size, long offset) {
    /** Bytes of the structure. */
    public static final int SIZE = 16;

    private static final int LOG_SIZE = 0;
    private static final int OFFSET = 8;

    /** Reads both fields. */
    public static LogDescription read(ByteBuffer payload) {
        return new LogDescription(payload.getLong(LOG_SIZE), payload.getLong(OFFSET));
    }

    /** Writes both fields. */
    public void put(ByteBuffer payload) {
        payload.putLong(LOG_SIZE, size).putLong(OFFSET, offset);
    }

    @Override
    public String toString() {
        return "log of " + Long.toUnsignedString(size) + " bytes at offset " + Long.toUnsignedString(offset);
    }
}
