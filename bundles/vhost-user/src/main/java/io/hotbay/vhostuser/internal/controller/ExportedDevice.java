// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import io.hotbay.linux.LinuxException;
import io.hotbay.linux.UnixConnection;
import io.hotbay.linux.UnixListener;
import io.hotbay.reactor.CpuSet;
import io.hotbay.target.ControllerStatus;
import io.hotbay.target.ControllerStatus.State;
import io.hotbay.target.SessionStatus;
import io.hotbay.vhostuser.internal.ring.Patience;
import io.hotbay.vhostuser.internal.ring.RingEnvironment;
import io.hotbay.vhostuser.internal.session.DeviceFacts;
import io.hotbay.vhostuser.internal.session.DeviceSlot;
import io.hotbay.vhostuser.internal.session.Session;
import io.hotbay.vhostuser.internal.session.SessionEnvironment;
import io.hotbay.vhostuser.internal.session.SessionLoop;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.osgi.service.log.Logger;

/**
 * A device and the socket it is exported over, through all that comes and goes: services, front-ends, configurations.
 *
 * <p>Two kinds of threads meet here: the one that serves the socket, and those on which services and configurations change.
 * They exclude each other by one lock, which is held while rings are stopped and started, but not while anybody waits for a
 * front-end. So whoever holds it waits only for reactors and devices, and {@link Patience} ends those waits.
 */
final class ExportedDevice {
    private static final long IDLE_SECONDS = 10;
    private static final UnixConnection.Peer UNKNOWN_PEER = new UnixConnection.Peer(-1, -1, -1);

    private final Logger logger;
    private final Patience patience;
    private final ReentrantLock lock = new ReentrantLock();
    private final DeviceSlot slot = new DeviceSlot();
    private final ThreadPoolExecutor executor;

    private volatile ControllerSettings settings;
    private ControllerServices services = ControllerServices.NONE;
    private boolean open;
    private SocketServer server;
    private SocketServer formerServer;
    private UnixConnection connection;
    private volatile Session session;
    private int sessions;
    private volatile State state = State.WAITING;
    private volatile String reason = "";

    ExportedDevice(ControllerSettings settings, Patience patience, Logger logger) {
        this.settings = settings;
        this.patience = patience;
        this.logger = logger;
        executor = new ThreadPoolExecutor(0, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, "hotbay-vhost-" + settings.name() + "-news");
            thread.setDaemon(true);
            return thread;
        });
        // news of a controller that has ended interest nobody
        executor.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    }

    // ---- what changes around it

    /** Starts to work, as far as the services that are there allow. */
    void open() {
        lock.lock();
        try {
            open = true;
            settle();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Changes a service. All rings stop before and start after it, so the one that leaves is out of use when this returns; the
     * guest's requests wait in their rings meanwhile.
     */
    void change(UnaryOperator<ControllerServices> change) {
        // a service that leaves is waited for by its bundle
        patience.hurry();
        lock.lock();
        try {
            ControllerServices next = change.apply(services);
            if (!open || next.equals(services)) {
                services = next;
                return;
            }
            release();
            services = next;
            settle();
        } finally {
            lock.unlock();
            patience.relax();
        }
    }

    /** The bdev is the same but has changed, its capacity for example: the device is made anew. */
    void reload() {
        configure(settings);
    }

    /** Goes over to another configuration. A front-end stays connected. */
    void configure(ControllerSettings next) {
        patience.hurry();
        lock.lock();
        try {
            if (!open) {
                settings = next;
                return;
            }
            release();
            if (!next.sameSocket(settings)) {
                closeServer();
            }
            settings = next;
            settle();
        } finally {
            lock.unlock();
            patience.relax();
        }
    }

    /** Ends everything: no socket, no session, no further access to guest memory. */
    void close() {
        patience.hurry();
        lock.lock();
        try {
            open = false;
            // the socket goes first, so that a front-end that loses its connection does not find it again
            closeServer();
            release();
            if (connection != null) {
                connection.shutdown();
            }
        } finally {
            lock.unlock();
        }
        if (formerServer != null && !formerServer.awaitEnd(2 * patience.limitMillis())) {
            logger.error("{}: the session does not end", settings.name());
        }
        executor.shutdown();
    }

    // ---- device and socket, under the lock

    private void release() {
        if (session != null) {
            session.stopRings();
        }
        slot.clear();
    }

    /** Brings device and socket to what services and settings allow, and lets the rings go on. */
    private void settle() {
        String missing = services.missing(settings);
        if (missing != null) {
            enter(State.WAITING, missing);
            closeServerUnlessConnected();
            return;
        }
        try {
            settings.checkName();
            RingEnvironment environment = services.environment(settings);
            if (session != null) {
                session.prepare(environment.device());
            }
            slot.fill(environment);
            if (session != null) {
                session.startRings();
            }
            if (server == null) {
                listen();
            }
            enter(State.LISTENING, "");
        } catch (IOException | RuntimeException e) {
            enter(State.FAILED, e.getMessage() == null ? e.toString() : e.getMessage());
            closeServerUnlessConnected();
        }
    }

    private void enter(State next, String why) {
        if (state == next && reason.equals(why)) {
            return;
        }
        reason = why;
        state = next;
        switch (next) {
            case LISTENING:
                logger.info("{}: listens on {}", settings.name(), settings.socket());
                break;
            case WAITING:
                logger.info("{}: {}", settings.name(), why);
                break;
            default:
                logger.error("{}: {}", settings.name(), why);
                break;
        }
    }

    private void listen() throws IOException {
        Path directory = settings.socket().getParent();
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        } catch (FileSystemException e) {
            throw new IOException(
                    "cannot make the socket directory " + directory + ": "
                            + (e.getReason() == null ? e.getClass().getSimpleName() : e.getReason()) + " at "
                            + e.getFile()
                            + "; choose another one with socket_dir or -S, or run as a user that may",
                    e);
        }
        UnixListener listener = UnixListener.bind(settings.socket(), settings.listenerOptions());
        server = new SocketServer(settings.name(), listener, this::serve, formerServer, logger);
    }

    private void closeServer() {
        if (server != null) {
            server.close();
            formerServer = server;
            server = null;
        }
    }

    /** The socket is there only when the device can answer; a front-end that is connected keeps it. */
    private void closeServerUnlessConnected() {
        if (session == null) {
            closeServer();
        }
    }

    // ---- sessions, on the server's thread

    private void serve(UnixConnection accepted) {
        Session served = begin(accepted);
        if (served == null) {
            accepted.close();
            return;
        }
        String why;
        try {
            why = new SessionLoop(accepted, served, logger).run();
        } catch (RuntimeException | Error e) {
            logger.error("{} failed", served.name(), e);
            why = e.toString();
        }
        end(served, accepted, why);
    }

    private Session begin(UnixConnection accepted) {
        UnixConnection.Peer peer = peer(accepted);
        lock.lock();
        try {
            if (!open) {
                return null;
            }
            session = new Session(
                    sessions++, peer, new SessionEnvironment(settings.name(), lock, slot, patience, executor, logger));
            connection = accepted;
            logger.info("{} began: process {} of user {} connected", session.name(), peer.pid(), peer.uid());
            return session;
        } finally {
            lock.unlock();
        }
    }

    private UnixConnection.Peer peer(UnixConnection accepted) {
        try {
            return accepted.peer();
        } catch (LinuxException e) {
            logger.warn("{}: {}", settings.name(), e.getMessage());
            return UNKNOWN_PEER;
        }
    }

    private void end(Session served, UnixConnection accepted, String reasonOfLoop) {
        String why = reasonOfLoop;
        lock.lock();
        try {
            if (!open) {
                why = "the controller has been stopped";
            }
            served.close();
            session = null;
            connection = null;
            RingEnvironment environment = slot.environment();
            if (environment == null) {
                closeServer();
            } else {
                // the next front-end finds the device as new
                environment.device().reset();
                slot.configWritten();
            }
        } finally {
            lock.unlock();
            accepted.close();
        }
        logger.info("{} ended: {}", served.name(), why);
    }

    // ---- any thread

    /** How it is now. */
    ControllerStatus status() {
        ControllerSettings now = settings;
        Session current = session;
        DeviceFacts facts = slot.environment() == null ? null : slot.facts();
        List<SessionStatus> connected = current == null ? List.of() : List.of(current.status());
        return new ControllerStatus(
                now.name(),
                now.type(),
                now.bdev(),
                now.socket().toString(),
                state,
                reason,
                facts == null ? 0 : facts.queues(),
                facts == null ? 0 : facts.queueSizeLimit(),
                cores(now),
                now.options(),
                connected);
    }

    private static String cores(ControllerSettings settings) {
        try {
            return CpuSet.list(settings.cores());
        } catch (IllegalArgumentException e) {
            return settings.cpumask();
        }
    }
}
