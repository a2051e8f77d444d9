// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.Epoll;
import io.hotbay.linux.UnixConnection;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Whole messages over a unix socket, without any judgement on them: tests may send what no specification allows. For one
 * thread at a time.
 */
public final class MessageSocket implements AutoCloseable {
    /** No message of the protocol is longer; room for a table of more regions than anybody may send. */
    private static final int LARGEST = 64 * 1024;

    private final UnixConnection connection;
    private final Epoll readable;
    private final ByteBuffer outgoing = ByteBuffer.allocateDirect(LARGEST).order(ByteOrder.nativeOrder());
    private final ByteBuffer header = ByteBuffer.allocateDirect(Message.HEADER).order(ByteOrder.nativeOrder());
    private int timeoutMillis = 10_000;
    private Runnable beforeEach = () -> {};

    private MessageSocket(UnixConnection connection) throws IOException {
        this.connection = connection;
        this.readable = Epoll.create();
        readable.add(connection.number(), Epoll.IN, 0);
    }

    /** Connects to a listening socket. */
    public static MessageSocket connect(Path path) throws IOException {
        return over(UnixConnection.connect(path));
    }

    /** Takes a connection over; it is closed with this object. */
    public static MessageSocket over(UnixConnection connection) throws IOException {
        return new MessageSocket(connection);
    }

    /** Sets how long {@link #receive} waits for each piece of a message. */
    public void timeout(int millis) {
        timeoutMillis = millis;
    }

    /** Has something done before each message that is sent from now on, for tests that let the other side die between two. */
    public void beforeEachMessage(Runnable action) {
        beforeEach = action;
    }

    /** The socket's descriptor, to be watched, not closed. */
    public int number() {
        return connection.number();
    }

    /** A new payload to be filled and handed to {@link #send}. */
    public static ByteBuffer payload(int capacity) {
        return ByteBuffer.allocate(capacity).order(ByteOrder.nativeOrder());
    }

    /** Sends a message whose header tells the truth about its payload, which is taken from position 0 to the limit. */
    public void send(int request, int flags, ByteBuffer payload, List<Descriptor> attached) throws IOException {
        send(request, flags, payload.limit(), payload, attached);
    }

    /** Sends a message that claims to have another size than it has. */
    public void send(int request, int flags, int claimedSize, ByteBuffer payload, List<Descriptor> attached)
            throws IOException {
        beforeEach.run();
        outgoing.clear();
        outgoing.putInt(request).putInt(flags).putInt(claimedSize);
        outgoing.put(payload.duplicate().position(0)).flip();
        connection.send(outgoing, attached);
    }

    /** Sends bytes as they are. */
    public void sendRaw(byte[] bytes, List<Descriptor> attached) throws IOException {
        outgoing.clear();
        outgoing.put(bytes).flip();
        connection.send(outgoing, attached);
    }

    /**
     * Receives the next message.
     *
     * @throws SocketTimeoutException if none begins, or goes on, in time
     * @throws EOFException if the other side closed the connection
     */
    public Message receive() throws IOException {
        List<Descriptor> received = new ArrayList<>();
        boolean complete = false;
        try {
            header.clear();
            if (!receiveFully(header, received)) {
                throw new EOFException("the other side closed the connection");
            }
            int size = header.getInt(8);
            if (size < 0 || size > LARGEST) {
                throw new ProtocolViolationException("a message announces a payload of "
                        + Integer.toUnsignedString(size) + " bytes, more than any message has");
            }
            ByteBuffer payload = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
            if (size > 0 && !receiveFully(payload, received)) {
                throw endsWithinMessage();
            }
            complete = true;
            return new Message(header.getInt(0), header.getInt(4), payload.flip(), List.copyOf(received));
        } finally {
            if (!complete) {
                received.forEach(Descriptor::close);
            }
        }
    }

    /** Fills a buffer; false if the stream ended before its first byte. Never waits longer than the time-out for the next piece. */
    private boolean receiveFully(ByteBuffer destination, List<Descriptor> received) throws IOException {
        while (destination.hasRemaining()) {
            awaitReadable();
            if (connection.receive(destination, received) < 0) {
                if (destination.position() == 0) {
                    return false;
                }
                throw endsWithinMessage();
            }
        }
        return true;
    }

    private static EOFException endsWithinMessage() {
        return new EOFException("the other side closed the connection in the middle of a message");
    }

    /** Whether something, be it the end of the stream, can be read within a time. */
    public boolean isReadable(int millis) throws IOException {
        return readable.await(millis) > 0;
    }

    /** Waits until the other side has closed the connection; a message instead of that is an error. */
    public void awaitClosed() throws IOException {
        try (Message message = receive()) {
            throw new ProtocolViolationException(
                    "the connection was to be closed, but " + VhostUserRequest.name(message.request()) + " came, "
                            + message.payload().limit() + " bytes");
        } catch (EOFException expected) {
            return;
        } catch (SocketTimeoutException open) {
            throw open;
        } catch (IOException reset) {
            if (reset instanceof ProtocolViolationException) {
                throw reset;
            }
        }
    }

    private void awaitReadable() throws IOException {
        long deadline = System.nanoTime() + timeoutMillis * 1_000_000L;
        while (readable.await(timeoutMillis) == 0) {
            if (System.nanoTime() >= deadline) {
                throw new SocketTimeoutException("no message came within " + timeoutMillis + " ms");
            }
        }
    }

    @Override
    public void close() {
        readable.close();
        connection.close();
    }
}
