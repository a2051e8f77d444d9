// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.UnixConnection;
import io.hotbay.linux.UnixListener;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.osgi.service.log.Logger;

/**
 * A listening socket and the thread that accepts connections while there is room for sessions. Further front-ends wait in the
 * backlog meanwhile: closing them at once would make QEMU 7.2 give up for good.
 */
final class SocketServer implements AutoCloseable {
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final UnixListener listener;
    private final SessionSet sessions;
    private final Logger logger;
    private final Thread thread;
    private volatile boolean closed;

    private SocketServer(String controller, UnixListener listener, SessionSet sessions, Logger logger) {
        this.listener = listener;
        this.sessions = sessions;
        this.logger = logger;
        thread = new Thread(null, this::acceptAll, "hotbay-vhost-" + controller, LiveSession.STACK_BYTES);
        thread.setDaemon(true);
    }

    /** Binds the socket of a controller, and begins sessions in a set over the connections that come. */
    static SocketServer open(ControllerSettings settings, SessionSet sessions, Logger logger) throws IOException {
        UnixListener.checkPath(settings.socket());
        Path directory = settings.socket().getParent();
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        } catch (FileSystemException e) {
            throw new IOException(
                    "cannot make the socket directory " + directory + ": " + reason(e)
                            + "; choose another one with socket_dir or -S, or run as a user that may",
                    e);
        }
        return start(settings, UnixListener.bind(settings.socket(), settings.listenerOptions()), sessions, logger);
    }

    private static String reason(FileSystemException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied at " + e.getFile();
        }
        if (e instanceof FileAlreadyExistsException) {
            return e.getFile() + " is no directory";
        }
        return e.getReason() == null ? "nothing can be made at " + e.getFile() : e.getReason() + " at " + e.getFile();
    }

    /** Serves a socket that listens already. */
    static SocketServer start(ControllerSettings settings, UnixListener listener, SessionSet sessions, Logger logger) {
        SocketServer server = new SocketServer(settings.name(), listener, sessions, logger);
        server.thread.start();
        return server;
    }

    private void acceptAll() {
        while (sessions.awaitRoom(() -> closed)) {
            try {
                UnixConnection connection = listener.accept();
                if (connection == null) {
                    return;
                }
                sessions.begin(connection);
            } catch (IOException | RuntimeException e) {
                logger.error("{} cannot accept a connection, tries again: {}", thread.getName(), e.getMessage());
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /** Accepts no more connections, and removes the socket. Sessions go on. */
    @Override
    public void close() {
        closed = true;
        sessions.wake();
        listener.close();
    }

    /** Accepts no more connections; those who connect wait for the one who goes on with the socket. */
    Descriptor handOver() {
        closed = true;
        sessions.wake();
        return listener.handOver();
    }

    /**
     * Waits until the thread has ended.
     *
     * @return false if it has not in that time
     */
    boolean awaitEnd(long millis) throws InterruptedException {
        thread.join(Math.max(1, millis));
        return !thread.isAlive();
    }
}
