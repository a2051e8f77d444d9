// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.testing;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.UnixConnection;
import io.hotbay.vhostuser.internal.wire.MessageType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** The other end of the connection: sends messages byte by byte as they are written down in the specification. */
public final class FrontEnd implements AutoCloseable {
    /** Flags of an ordinary message. */
    public static final int PLAIN = 0x1;
    /** Flags of a message whose sender waits. */
    public static final int NEED_REPLY = 0x9;
    /** Flags of every answer. */
    public static final int REPLY = 0x5;

    private final UnixConnection connection;

    /** An answer. */
    public record Answer(int request, int flags, ByteBuffer payload, List<Descriptor> descriptors) {
        /** The payload as an integer. */
        public long u64() {
            return payload.getLong(0);
        }

        /** Bytes of the payload. */
        public int size() {
            return payload.limit();
        }
    }

    /** Takes over a connection. */
    public FrontEnd(UnixConnection connection) {
        this.connection = connection;
    }

    /** A payload of 32-bit words. */
    public static ByteBuffer words(int... words) {
        ByteBuffer payload = ByteBuffer.allocate(4 * words.length).order(ByteOrder.nativeOrder());
        for (int word : words) {
            payload.putInt(word);
        }
        return payload.flip();
    }

    /** A payload of 64-bit words. */
    public static ByteBuffer longs(long... longs) {
        ByteBuffer payload = ByteBuffer.allocate(8 * longs.length).order(ByteOrder.nativeOrder());
        for (long word : longs) {
            payload.putLong(word);
        }
        return payload.flip();
    }

    /** Sends any message. */
    public void send(int request, int flags, ByteBuffer payload, List<Descriptor> descriptors) throws IOException {
        sendBytes(
                header(request, flags, payload.remaining())
                        .put(payload.duplicate())
                        .flip(),
                descriptors);
    }

    /** A header with room for its payload. */
    public static ByteBuffer header(int request, int flags, int size) {
        return ByteBuffer.allocate(12 + Math.max(size, 0))
                .order(ByteOrder.nativeOrder())
                .putInt(request)
                .putInt(flags)
                .putInt(size);
    }

    /** Sends bytes that need be no message. */
    public void sendBytes(ByteBuffer bytes, List<Descriptor> descriptors) throws IOException {
        connection.send(bytes, descriptors);
    }

    /** Sends a message and waits for its acknowledgement. */
    public long acknowledged(MessageType type, ByteBuffer payload, Descriptor... descriptors) throws IOException {
        send(type.id(), NEED_REPLY, payload, List.of(descriptors));
        return receive().u64();
    }

    /** Sends a message that nobody waits for. */
    public void tell(MessageType type, ByteBuffer payload, Descriptor... descriptors) throws IOException {
        send(type.id(), PLAIN, payload, List.of(descriptors));
    }

    /** Sends a message and waits for its own answer. */
    public Answer ask(MessageType type, ByteBuffer payload, Descriptor... descriptors) throws IOException {
        send(type.id(), PLAIN, payload, List.of(descriptors));
        return receive();
    }

    /** The first byte of configuration space, where small disks have their capacity. */
    public int firstOfConfig() throws IOException {
        return ask(MessageType.GET_CONFIG, words(0, 4, 0, 0)).payload().get(12);
    }

    /** Waits until everything sent before has been carried out, as QEMU does it. */
    public void synchronise() throws IOException {
        ask(MessageType.GET_FEATURES, longs());
    }

    /** The next answer. */
    public Answer receive() throws IOException {
        List<Descriptor> descriptors = new ArrayList<>();
        ByteBuffer header = ByteBuffer.allocate(12).order(ByteOrder.nativeOrder());
        if (!connection.receiveFully(header, descriptors)) {
            throw new IOException("no answer, the connection is closed");
        }
        ByteBuffer payload = ByteBuffer.allocate(header.getInt(8)).order(ByteOrder.nativeOrder());
        if (payload.hasRemaining()) {
            connection.receiveFully(payload, descriptors);
        }
        return new Answer(header.getInt(0), header.getInt(4), payload.flip(), descriptors);
    }

    /** Whether the back-end closes the connection without another answer. */
    public boolean isClosedByPeer() throws IOException {
        try {
            return connection.receive(ByteBuffer.allocate(1), new ArrayList<>()) < 0;
        } catch (IOException e) {
            // a connection that was closed with unread data is reset
            return true;
        }
    }

    /** Closes the connection. */
    @Override
    public void close() {
        connection.close();
    }
}
