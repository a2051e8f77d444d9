// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import io.hotbay.linux.internal.Kernel;
import io.hotbay.linux.internal.ListeningSocket;
import io.hotbay.linux.internal.SocketAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

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
     * Refuses a path that no socket can have, before anything is made for it.
     *
     * @throws IOException if it is longer than 107 bytes
     */
    public static void checkPath(Path path) throws IOException {
        SocketAddress.check(path);
    }

    /**
     * Begins to listen. A socket at the path on which nobody listens is replaced.
     *
     * @throws IOException if somebody listens there already, if there is something else than a socket, if the path is
     *     longer than 107 bytes, or if the kernel refuses
     */
    public static UnixListener bind(Path path, Options options) throws IOException {
        return open(path, ListeningSocket.bind(path, options));
    }

    /**
     * Goes on with a socket that another listener has {@linkplain #handOver() handed over}. Peers that have connected meanwhile are
     * accepted.
     *
     * @param listening belongs to the listener from now on
     */
    public static UnixListener adopt(Path path, Descriptor listening) throws IOException {
        ListeningSocket socket;
        try {
            socket = ListeningSocket.adopt(path, listening);
        } catch (LinuxException e) {
            listening.close();
            throw e;
        }
        return open(path, socket);
    }

    private static UnixListener open(Path path, ListeningSocket socket) throws LinuxException {
        Epoll events = null;
        EventFd wakeUp = null;
        try {
            events = Epoll.create();
            wakeUp = EventFd.create();
            events.add(wakeUp.number(), Epoll.IN, CLOSED);
            events.add(socket.number(), Epoll.IN, CONNECTION);
            return new UnixListener(path, socket, events, wakeUp);
        } catch (LinuxException | RuntimeException e) {
            socket.close();
            release(events, wakeUp);
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
            Descriptor accepted = socket.accept();
            return accepted == null ? refused(Kernel.errno()) : UnixConnection.adopt(accepted);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private UnixConnection refused(int errno) throws LinuxException {
        switch (errno) {
            case Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM, Errno.ENOBUFS -> {
                int listening = socket.number();
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
            socket.close();
            release(events, wakeUp);
        } finally {
            accepting.unlock();
        }
    }

    /**
     * Ends listening as {@link #close()} does, but neither the socket nor its file goes: peers can connect, and wait for the one who
     * {@linkplain #adopt adopts} it.
     *
     * @throws IllegalStateException if it has been closed
     */
    public Descriptor handOver() {
        if (!closed.compareAndSet(false, true)) {
            throw new IllegalStateException("the listener on " + path + " has been closed");
        }
        wakeUp.signal();
        accepting.lock();
        try {
            return socket.handOver();
        } finally {
            release(events, wakeUp);
            accepting.unlock();
        }
    }

    private static void release(Epoll events, EventFd wakeUp) {
        if (wakeUp != null) {
            wakeUp.close();
        }
        if (events != null) {
            events.close();
        }
    }
}
