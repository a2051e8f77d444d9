// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import io.hotbay.linux.internal.Kernel;
import io.hotbay.linux.internal.NativeMemory;
import io.hotbay.linux.internal.PeerCredentials;
import io.hotbay.linux.internal.PollDescriptors;
import io.hotbay.linux.internal.SocketAddress;
import io.hotbay.linux.internal.SocketMessage;
import io.hotbay.linux.internal.Sockets;
import java.io.EOFException;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A connected unix stream socket, over which descriptors can be passed. One thread at a time receives and one sends;
 * others wait. Any thread may shut it down or close it: that wakes those who wait in it, and the descriptor is closed
 * only when they have left.
 */
public final class UnixConnection implements AutoCloseable {
    /**
     * Who was at the other end when the connection was made.
     *
     * @param pid its process
     * @param uid its user
     * @param gid its group
     */
    public record Peer(int pid, int uid, int gid) {}

    /** Descriptors that can come with one message. */
    private static final int INCOMING_DESCRIPTORS = 64;

    /** Descriptors that the kernel lets go with one message (SCM_MAX_FD in net/scm.h). */
    private static final int OUTGOING_DESCRIPTORS = 253;

    /** Data in heap buffers goes through native memory in pieces of at most this many bytes. */
    private static final int LARGEST_COPY = 64 * 1024;

    private static final int[] NONE = {};

    private final Descriptor socket;
    private final ReentrantLock receiving = new ReentrantLock();
    private final ReentrantLock sending = new ReentrantLock();
    private final SocketMessage incoming = new SocketMessage(INCOMING_DESCRIPTORS);
    private final SocketMessage outgoing = new SocketMessage(OUTGOING_DESCRIPTORS);

    private UnixConnection(Descriptor socket) {
        this.socket = socket;
    }

    /** Connects to a listening socket. */
    public static UnixConnection connect(Path path) throws IOException {
        SocketAddress.check(path);
        Descriptor socket = Sockets.stream();
        try {
            Sockets.connect(socket, SocketAddress.of(path), path);
            return new UnixConnection(socket);
        } catch (LinuxException e) {
            socket.close();
            throw e;
        }
    }

    /** Takes over a connected, blocking socket. */
    public static UnixConnection adopt(Descriptor socket) {
        return new UnixConnection(socket);
    }

    /** Two ends of a new connection. */
    public static UnixConnection[] pair() throws LinuxException {
        Descriptor[] ends = Sockets.pair();
        return new UnixConnection[] {new UnixConnection(ends[0]), new UnixConnection(ends[1])};
    }

    /** Who is at the other end. */
    public synchronized Peer peer() throws LinuxException {
        return PeerCredentials.of(socket.number());
    }

    /**
     * Receives what is there, or waits for something: one recvmsg. Direct buffers are filled without a copy.
     *
     * @param received gets the descriptors that came along, for the caller to close
     * @return number of bytes; -1 at the end of the stream
     * @throws ClosedChannelException if the connection has been closed on this side
     * @throws IOException also if there were more descriptors than there is room for; none is kept then
     */
    public int receive(ByteBuffer destination, List<Descriptor> received) throws IOException {
        receiving.lock();
        try {
            return receive(destination, received, true);
        } finally {
            receiving.unlock();
        }
    }

    /**
     * Fills the buffer. Descriptors may come with the first bytes only.
     *
     * @return false if the stream ended before the first byte
     * @throws EOFException if it ended later
     * @see #receive
     */
    public boolean receiveFully(ByteBuffer destination, List<Descriptor> received) throws IOException {
        int wanted = destination.remaining();
        receiving.lock();
        try {
            boolean more = receive(destination, received, true) >= 0;
            if (!more) {
                return false;
            }
            while (more && destination.hasRemaining()) {
                more = receive(destination, received, false) >= 0;
            }
        } finally {
            receiving.unlock();
        }
        if (destination.hasRemaining()) {
            throw new EOFException("the peer closed the connection in the middle of a message, after "
                    + (wanted - destination.remaining()) + " of " + wanted + " bytes");
        }
        return true;
    }

    private int receive(ByteBuffer destination, List<Descriptor> received, boolean descriptors) throws IOException {
        if (destination.isReadOnly()) {
            throw new ReadOnlyBufferException();
        }
        if (!destination.hasRemaining()) {
            return 0;
        }
        boolean direct = destination.isDirect();
        int limit = Math.min(destination.remaining(), direct ? Integer.MAX_VALUE : LARGEST_COPY);
        ByteBuffer data = direct ? destination : ByteBuffer.allocateDirect(limit);
        int number = openNumber();
        incoming.data(NativeMemory.addressOf(data), limit);
        int length = (int) Kernel.call("recvmsg", socket, () -> {
            incoming.accept(descriptors);
            return Sockets.receive(number, incoming);
        });
        takeDescriptors(received);
        if (direct) {
            destination.position(destination.position() + length);
        } else {
            destination.put(data.limit(length));
        }
        return length == 0 ? -1 : length;
    }

    private void takeDescriptors(List<Descriptor> received) throws IOException {
        List<Descriptor> taken = incoming.take();
        if (incoming.isTruncated()) {
            taken.forEach(Descriptor::close);
            throw new IOException("the peer sent descriptors where none belong, or more than " + INCOMING_DESCRIPTORS
                    + ", or this process has too many files open");
        }
        if (!taken.isEmpty()) {
            received.addAll(taken);
        }
    }

    /**
     * Waits until there is something to receive, which may be the end of the stream.
     *
     * @return false if somebody has signalled the event meanwhile, or before
     * @throws ClosedChannelException if the connection has been closed on this side
     */
    public boolean awaitMessage(EventFd interruption) throws IOException {
        receiving.lock();
        try {
            return !PollDescriptors.awaitEither(openNumber(), interruption.number());
        } finally {
            receiving.unlock();
        }
    }

    /**
     * Sends all of the buffer, and descriptors with its first byte. They stay open here.
     *
     * @throws ClosedChannelException if the connection has been closed on this side
     * @throws LinuxException EPIPE if the peer has closed it
     */
    public void send(ByteBuffer source, List<Descriptor> attached) throws IOException {
        if (attached.size() > OUTGOING_DESCRIPTORS || !attached.isEmpty() && !source.hasRemaining()) {
            throw new IllegalArgumentException(attached.size() + " descriptors with " + source.remaining()
                    + " bytes: at most " + OUTGOING_DESCRIPTORS + " go, with at least one byte");
        }
        int[] numbers = attached.stream().mapToInt(Descriptor::number).toArray();
        sending.lock();
        try {
            outgoing.attach(numbers);
            while (source.hasRemaining()) {
                sendSome(source);
                outgoing.attach(NONE);
            }
        } finally {
            sending.unlock();
        }
    }

    private void sendSome(ByteBuffer source) throws IOException {
        boolean direct = source.isDirect();
        int limit = Math.min(source.remaining(), direct ? Integer.MAX_VALUE : LARGEST_COPY);
        ByteBuffer data = direct
                ? source
                : ByteBuffer.allocateDirect(limit)
                        .put(source.slice(source.position(), limit))
                        .flip();
        int number = openNumber();
        outgoing.data(NativeMemory.addressOf(data), limit);
        int length = (int) Kernel.call("sendmsg", socket, () -> Sockets.send(number, outgoing));
        source.position(source.position() + length);
        Reference.reachabilityFence(data);
    }

    private int openNumber() throws ClosedChannelException {
        if (!socket.isOpen()) {
            throw new ClosedChannelException();
        }
        return socket.number();
    }

    public int number() {
        return socket.number();
    }

    /**
     * Ends the connection in both directions: whoever receives sees the end of the stream. The descriptor stays open.
     */
    public synchronized void shutdown() {
        if (socket.isOpen()) {
            Sockets.shutdown(socket.number());
        }
    }

    /**
     * Gives the connection up without ending it: what the peer has sent and nobody received stays in it for whoever
     * {@linkplain #adopt adopts} the descriptor. Waits until nobody is in the middle of a call any more.
     *
     * @throws ClosedChannelException if the connection has been closed on this side
     */
    public Descriptor handOver() throws ClosedChannelException {
        receiving.lock();
        sending.lock();
        try {
            synchronized (this) {
                openNumber();
                return Descriptor.adopt(socket.release());
            }
        } finally {
            sending.unlock();
            receiving.unlock();
        }
    }

    /** Shuts the connection down and closes it, once nobody is in the middle of a call any more. */
    @Override
    public void close() {
        shutdown();
        receiving.lock();
        sending.lock();
        try {
            closeSocket();
        } finally {
            sending.unlock();
            receiving.unlock();
        }
    }

    private synchronized void closeSocket() {
        socket.close();
    }
}
