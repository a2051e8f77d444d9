// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import io.hotbay.linux.internal.Kernel;
import io.hotbay.linux.internal.ListeningSocket;
import io.hotbay.linux.internal.Sockets;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import jnr.unixsocket.UnixSocketChannel;

/** A listening unix stream socket. Its file appears when peers can connect, and goes when it is closed. */
public final class UnixListener implements AutoCloseable {
    /**
     * How the socket's file looks.
     *
     * @param mode rights; who may write may connect
     * @param uid owner; -1 for this process's
     * @param gid group; -1 for this process's
     * @param backlog connections that may wait to be accepted
     */
    public record Options(int mode, int uid, int gid, int backlog) {}

    private static final long CONNECTION = 0;
    private static final long CLOSED = 1;
    private static final int FOREVER = -1;

    /** How long to leave a connection waiting for which there was no descriptor, so that nobody spins on it. */
    private static final int PAUSE_MILLIS = 100;

    private final Path path;
    private final ListeningSocket socket;
    private final Epoll events;
    private final EventFd wakeUp;
    private final ReentrantLock accepting = new ReentrantLock();
    private final AtomicBoolean closed = new AtomicBoolean();

    private UnixListener(Path path, ListeningSocket socket, Epoll events, EventFd wakeUp) {
        this.path = path;
        this.socket = socket;
        this.events = events;
        this.wakeUp = wakeUp;
    }

    /**
     * Begins to listen. A socket at the path on which nobody listens is replaced.
     *
     * @throws IOException if somebody listens there already, if there is something else than a socket, if the path is
     *     longer than 107 bytes, or if the kernel refuses
     */
    public static UnixListener bind(Path path, Options options) throws IOException {
        Epoll events = Epoll.create();
        EventFd wakeUp = null;
        ListeningSocket socket = null;
        try {
            wakeUp = EventFd.create();
            events.add(wakeUp.number(), Epoll.IN, CLOSED);
            socket = ListeningSocket.bind(path, options);
            events.add(socket.channel().getFD(), Epoll.IN, CONNECTION);
            return new UnixListener(path, socket, events, wakeUp);
        } catch (IOException | RuntimeException e) {
            release(socket, events, wakeUp);
            throw e;
        }
    }

    /**
     * Waits for a connection. When there are no descriptors left for one, that is an error, after a pause; another
     * call may do better.
     *
     * @return null once {@link #close} has been called, on whatever thread
     */
    public UnixConnection accept() throws IOException {
        accepting.lock();
        try {
            while (!closed.get()) {
                events.await(FOREVER);
                UnixConnection connection = closed.get() ? null : acceptNow();
                if (connection != null) {
                    return connection;
                }
            }
            return null;
        } finally {
            accepting.unlock();
        }
    }

    private UnixConnection acceptNow() throws IOException {
        // jnr's channel closes itself when an interrupted thread enters it
        boolean interrupted = Thread.interrupted();
        try {
            UnixSocketChannel accepted = socket.channel().accept();
            return accepted == null ? refused(Kernel.errno()) : adopt(accepted);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static UnixConnection adopt(UnixSocketChannel accepted) throws LinuxException {
        Descriptor descriptor = Descriptor.adopt(accepted.getFD());
        // from here on it is ours alone
        accepted.setFD(-1);
        try {
            Sockets.closeOnExec(descriptor.number());
            return UnixConnection.adopt(descriptor);
        } catch (LinuxException e) {
            descriptor.close();
            throw e;
        }
    }

    private UnixConnection refused(int errno) throws LinuxException {
        switch (errno) {
            case Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM, Errno.ENOBUFS -> {
                int listening = socket.channel().getFD();
                events.modify(listening, 0, CONNECTION);
                events.await(PAUSE_MILLIS);
                events.modify(listening, Epoll.IN, CONNECTION);
                throw new LinuxException("accept", path, errno);
            }
            default -> {
                // the peer has gone again
                return null;
            }
        }
    }

    public Path path() {
        return path;
    }

    /** Ends listening: {@link #accept} returns, and the file is removed if it is still this socket's. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        wakeUp.signal();
        accepting.lock();
        try {
            release(socket, events, wakeUp);
        } finally {
            accepting.unlock();
        }
    }

    private static void release(ListeningSocket socket, Epoll events, EventFd wakeUp) {
        if (socket != null) {
            socket.close();
        }
        if (wakeUp != null) {
            wakeUp.close();
        }
        events.close();
    }
}
