// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import io.hotbay.linux.UnixConnection;
import io.hotbay.linux.UnixListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

/** The socket on which {@code bin/hotbay exec} and {@code bin/hotbay shell} reach the running target. */
@Component(service = ControlSocket.class, immediate = true)
public final class ControlSocket {
    /** Whoever may connect may do everything, so only the owner may. */
    private static final int MODE = 0600;

    private static final int BACKLOG = 16;

    private final Logger logger;
    private final ScriptRunner runner;
    private final InteractiveSession.Factory interactive;
    private final UnixListener listener;
    private final Set<ControlConnection> connections = ConcurrentHashMap.newKeySet();

    /** Listens, if the launcher said where. */
    @Activate
    public ControlSocket(
            BundleContext context,
            @Reference(service = LoggerFactory.class) Logger logger,
            @Reference ScriptRunner runner,
            @Reference InteractiveSession.Factory interactive)
            throws IOException {
        this.logger = logger;
        this.runner = runner;
        this.interactive = interactive;
        String path = context.getProperty("hotbay.control.socket");
        if (path == null) {
            listener = null;
            return;
        }
        listener = UnixListener.bind(Path.of(path), new UnixListener.Options(MODE, -1, -1, BACKLOG));
        Thread thread = new Thread(this::accept, "hotbay-control");
        thread.setDaemon(true);
        thread.start();
    }

    /** Stops listening and ends all conversations. */
    @Deactivate
    public void close() {
        if (listener != null) {
            listener.close();
        }
        connections.forEach(ControlConnection::close);
    }

    private void accept() {
        try {
            for (UnixConnection peer = listener.accept(); peer != null; peer = listener.accept()) {
                ControlConnection connection = new ControlConnection(peer, runner, interactive);
                connections.add(connection);
                Thread thread = new Thread(() -> serve(connection), "hotbay-control-session");
                thread.setDaemon(true);
                thread.start();
            }
        } catch (IOException e) {
            logger.error("the control socket {} has failed: {}", listener.path(), e.getMessage());
        }
    }

    private void serve(ControlConnection connection) {
        try {
            connection.serve();
        } catch (IOException e) {
            logger.debug("a control connection ended: {}", e.getMessage());
        } finally {
            connections.remove(connection);
            connection.end();
        }
    }
}
