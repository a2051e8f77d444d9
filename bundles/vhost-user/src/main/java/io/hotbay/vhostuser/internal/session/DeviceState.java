// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import io.hotbay.vhostuser.internal.wire.ConfigAccess;
import io.hotbay.vhostuser.internal.wire.MessageRefusedException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * What DEVICE_STATE moves from one back-end to another: the driver's writes to configuration space, such as the switch of the
 * write cache. Everything else goes with the front-end's own state. Big-endian:
 *
 * <pre>
 *   0       4         8       12
 *   | magic | version | count | count × (offset, length, bytes) | CRC-32 of all before |
 * </pre>
 */
final class DeviceState {
    /** More bytes than the largest state: {@link ConfigHandlers} does not remember endlessly. */
    static final int LARGEST = 512 * 1024;

    private static final int MAGIC = 0x48425354;
    private static final int VERSION = 1;
    private static final int HEADER = 12;
    private static final int ENTRY = 8;
    private static final int CHECKSUM = 4;

    private DeviceState() {}

    /**
     * Writes it down.
     *
     * @param written bytes by offset, in the order in which they were written
     */
    static byte[] encode(Map<Integer, byte[]> written) {
        int size = HEADER + CHECKSUM;
        for (byte[] contents : written.values()) {
            size += ENTRY + contents.length;
        }
        ByteBuffer state = ByteBuffer.allocate(size);
        state.putInt(MAGIC).putInt(VERSION).putInt(written.size());
        written.forEach((offset, contents) ->
                state.putInt(offset).putInt(contents.length).put(contents));
        state.putInt(checksum(state.array(), state.position()));
        return state.array();
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    /** Reads it, all or nothing. */
    static Map<Integer, byte[]> decode(byte[] bytes) throws MessageRefusedException {
        ByteBuffer state = ByteBuffer.wrap(bytes);
        if (bytes.length < HEADER + CHECKSUM || state.getInt() != MAGIC) {
            throw new MessageRefusedException("the state is not of this kind of back-end");
        }
        int version = state.getInt();
        if (version != VERSION) {
            throw new MessageRefusedException("the state is of version " + version + ", only " + VERSION + " is known");
        }
        int end = bytes.length - CHECKSUM;
        if (state.getInt(end) != checksum(bytes, end)) {
            throw new MessageRefusedException("the state's checksum is wrong");
        }
        try {
            return entries(state.limit(end));
        } catch (BufferUnderflowException e) {
            throw new MessageRefusedException("the state is cut off");
        }
    }

    private static Map<Integer, byte[]> entries(ByteBuffer state) throws MessageRefusedException {
        Map<Integer, byte[]> written = new LinkedHashMap<>();
        int count = state.getInt();
        for (int i = 0; i < count; i++) {
            int offset = state.getInt();
            int length = state.getInt();
            if (offset < 0 || length < 0 || offset > ConfigAccess.SPACE || length > ConfigAccess.SPACE - offset) {
                throw new MessageRefusedException("the state has " + length + " bytes at " + offset);
            }
            byte[] contents = new byte[length];
            state.get(contents);
            written.put(offset, contents);
        }
        if (state.hasRemaining()) {
            throw new MessageRefusedException("the state has " + state.remaining() + " bytes too many");
        }
        return written;
    }
}
