// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import io.hotbay.linux.UnixConnection;
import io.hotbay.linux.UnixListener;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.osgi.service.log.Logger;

/**
 * A listening socket and the thread that accepts a connection, serves it to its end, and then accepts the next. Further
 * front-ends wait in the backlog meanwhile: closing them at once would make QEMU 7.2 give up for good.
 */
final class SocketServer implements AutoCloseable {
    /** The thread has a shallow stack; a controller should cost little. */
    private static final long STACK_BYTES = 512 * 1024;

    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final UnixListener listener;
    private final Consumer<UnixConnection> service;
    private final Logger logger;
    private final Thread predecessor;
    private final Thread thread;

    /**
     * Starts to serve.
     *
     * @param service serves a connection and closes it
     * @param former the server that this one replaces and whose connection may still last, or null
     */
    SocketServer(
            String controller,
            UnixListener listener,
            Consumer<UnixConnection> service,
            SocketServer former,
            Logger logger) {
        this.listener = listener;
        this.service = service;
        this.logger = logger;
        predecessor = former == null ? null : former.thread;
        thread = new Thread(null, this::run, "hotbay-vhost-" + controller, STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            if (predecessor != null) {
                predecessor.join();
            }
            acceptAll();
        } catch (InterruptedException e) {
            logger.error("{} was interrupted and accepts no more connections", thread.getName());
        }
    }

    private void acceptAll() {
        while (true) {
            try {
                UnixConnection connection = listener.accept();
                if (connection == null) {
                    return;
                }
                service.accept(connection);
            } catch (IOException e) {
                logger.error("{} cannot accept a connection, tries again: {}", thread.getName(), e.getMessage());
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /** Accepts no more connections, and removes the socket. A connection that is being served goes on. */
    @Override
    public void close() {
        listener.close();
    }

    /**
     * Waits until the thread has ended.
     *
     * @return false if it has not in that time
     */
    boolean awaitEnd(long millis) {
        try {
            thread.join(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }
}
