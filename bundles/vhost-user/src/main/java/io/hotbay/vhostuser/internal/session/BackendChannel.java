// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.UnixConnection;
import io.hotbay.vhostuser.internal.wire.MessageHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.osgi.service.log.Logger;

/**
 * The channel for requests of the back-end (vhost-user specification, "Back-end communication"). Requests are sent on a thread of
 * their own: a front-end that does not read must hold up nothing else. Any thread.
 */
final class BackendChannel implements AutoCloseable {
    /** Back-end message CONFIG_CHANGE_MSG. */
    private static final int CONFIG_CHANGE = 2;

    private final String session;
    private final UnixConnection connection;
    private final Executor executor;
    private final Logger logger;
    private final AtomicBoolean pending = new AtomicBoolean();
    private boolean closed;

    BackendChannel(String session, UnixConnection connection, Executor executor, Logger logger) {
        this.session = session;
        this.connection = connection;
        this.executor = executor;
        this.logger = logger;
    }

    /**
     * Tells the front-end that the configuration space has changed. NEED_REPLY is not set: QEMU reads the space on the main
     * connection before it answers here, and whoever waited for the answer would never read that.
     */
    void configChanged() {
        if (pending.compareAndSet(false, true)) {
            executor.execute(this::sendConfigChange);
        }
    }

    private synchronized void sendConfigChange() {
        pending.set(false);
        if (closed) {
            return;
        }
        ByteBuffer message = ByteBuffer.allocateDirect(MessageHeader.SIZE).order(ByteOrder.nativeOrder());
        message.putInt(MessageHeader.REQUEST, CONFIG_CHANGE);
        message.putInt(MessageHeader.FLAGS, MessageHeader.VERSION);
        message.putInt(MessageHeader.PAYLOAD_SIZE, 0);
        try {
            connection.send(message, List.of());
        } catch (IOException e) {
            logger.warn(
                    "{}: the front-end does not take the news of a changed configuration: {}", session, e.getMessage());
        }
    }

    /** Lets go of the channel without ending it, after a send that is under way. */
    synchronized Descriptor handOver() throws IOException {
        closed = true;
        return connection.handOver();
    }

    /** Ends a send that is under way, then closes. */
    @Override
    public void close() {
        connection.shutdown();
        synchronized (this) {
            if (!closed) {
                closed = true;
                connection.close();
            }
        }
    }
}
