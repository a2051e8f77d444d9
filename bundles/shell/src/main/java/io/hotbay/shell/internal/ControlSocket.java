// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import io.hotbay.keeper.Keeper;
import io.hotbay.keeper.Kept;
import io.hotbay.linux.Descriptor;
import io.hotbay.linux.UnixConnection;
import io.hotbay.linux.UnixListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
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

    private static final String KEPT = "control ";
    private static final String STARTUP_ERROR = "hotbay.startup.error";

    private final BundleContext context;
    private final Keeper keeper;
    private final Logger logger;
    private final TargetServices services;
    private final ScriptRunner runner;
    private final InteractiveSession.Factory interactive;
    private final UnixListener listener;
    private final Set<ControlConnection> connections = ConcurrentHashMap.newKeySet();

    /** Listens, if the launcher said where. */
    @Activate
    public ControlSocket(
            BundleContext context,
            @Reference Keeper keeper,
            @Reference(service = LoggerFactory.class) Logger logger,
            @Reference TargetServices services,
            @Reference ScriptRunner runner,
            @Reference InteractiveSession.Factory interactive)
            throws IOException {
        this.context = context;
        this.keeper = keeper;
        this.services = services;
        this.logger = logger;
        this.runner = runner;
        this.interactive = interactive;
        String path = context.getProperty("hotbay.control.socket");
        if (path == null) {
            listener = null;
            return;
        }
        listener = openOrStop(Path.of(path));
        Thread thread = new Thread(this::accept, "hotbay-control");
        thread.setDaemon(true);
        thread.start();
    }

    /** A target that starts and cannot be reached ends: the launcher finds the reason in the system property. */
    private UnixListener openOrStop(Path path) throws IOException {
        try {
            return open(path);
        } catch (IOException e) {
            Bundle framework = context.getBundle(Constants.SYSTEM_BUNDLE_ID);
            if (framework.getState() == Bundle.STARTING) {
                System.setProperty(
                        STARTUP_ERROR,
                        "the control socket cannot be opened: " + e.getMessage()
                                + "; -r or --run-dir chooses another place");
                stop(framework);
            }
            throw e;
        }
    }

    private void stop(Bundle framework) {
        try {
            framework.stop();
        } catch (BundleException e) {
            logger.error("the framework cannot be stopped: {}", e.getMessage());
        }
    }

    /** Goes on with the socket of an earlier life of this bundle, if there was one: clients that connected meanwhile wait in it. */
    private UnixListener open(Path path) throws IOException {
        Optional<Kept> kept = keeper.take(KEPT + path);
        return kept.isPresent()
                ? UnixListener.adopt(
                        path, Descriptor.adopt(kept.get().descriptors().get(0)))
                : UnixListener.bind(path, new UnixListener.Options(MODE, -1, -1, BACKLOG));
    }

    /** Ends all conversations but an upgrade. The socket is left to the next life of this bundle, unless the target stops. */
    @Deactivate
    public void close() {
        if (listener != null) {
            leave();
        }
        connections.forEach(ControlConnection::close);
    }

    private void leave() {
        if (context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getState() == Bundle.STOPPING) {
            listener.close();
            return;
        }
        Descriptor socket = listener.handOver();
        keeper.keep(KEPT + listener.path(), new Kept(Map.of(), List.of(socket.release())));
    }

    private void accept() {
        Refreshes refreshes = new Refreshes(context);
        try {
            for (UnixConnection peer = listener.accept(); peer != null; peer = listener.accept()) {
                ControlConnection connection = new ControlConnection(peer, runner, interactive, services, refreshes);
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
