// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.wire;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.UnixConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** An answer to the front-end, written into a buffer that is used over and over. A descriptor that goes with it belongs to it until it is cleared. */
public final class Reply implements AutoCloseable {
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(MessageHeader.SIZE + Message.LARGEST_PAYLOAD)
            .order(ByteOrder.nativeOrder());
    private Descriptor attached;

    /** Forgets what was written; the answer has no payload and no descriptor now. */
    public void clear() {
        if (attached != null) {
            attached.close();
            attached = null;
        }
        buffer.clear().limit(MessageHeader.SIZE);
    }

    /** Makes the payload a number of zero bytes and returns it for writing. */
    public ByteBuffer payload(int size) {
        buffer.clear().limit(MessageHeader.SIZE + size);
        for (int i = MessageHeader.SIZE; i < buffer.limit(); i++) {
            buffer.put(i, (byte) 0);
        }
        return buffer.slice(MessageHeader.SIZE, size).order(ByteOrder.nativeOrder());
    }

    /** Makes the payload a 64-bit integer. */
    public void u64(long value) {
        payload(Long.BYTES).putLong(0, value);
    }

    /** Makes the payload a vring state. */
    public void vringState(int index, int num) {
        VringState.put(payload(VringState.SIZE), index, num);
    }

    /** Sends a descriptor with the answer, which owns it from now on. */
    public void attach(Descriptor descriptor) {
        attached = descriptor;
    }

    /**
     * Sends the answer to a message. NEED_REPLY is not repeated: QEMU and SPDK take exactly version and REPLY.
     *
     * @param request number of the message that is answered
     */
    public void send(UnixConnection connection, int request) throws IOException {
        buffer.putInt(MessageHeader.REQUEST, request);
        buffer.putInt(MessageHeader.FLAGS, MessageHeader.VERSION | MessageHeader.REPLY);
        buffer.putInt(MessageHeader.PAYLOAD_SIZE, buffer.limit() - MessageHeader.SIZE);
        connection.send(buffer.position(0), attached == null ? List.of() : List.of(attached));
    }

    /** Closes the descriptor that was attached last. */
    @Override
    public void close() {
        clear();
    }
}
