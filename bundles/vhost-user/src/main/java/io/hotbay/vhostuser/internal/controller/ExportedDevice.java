// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.UnixListener;
import io.hotbay.target.ControllerStatus;
import io.hotbay.target.ControllerStatus.State;
import io.hotbay.target.Pause;
import io.hotbay.target.QueueStatistics;
import io.hotbay.vhostuser.internal.ring.Patience;
import io.hotbay.vhostuser.internal.ring.RingTuning;
import io.hotbay.vhostuser.internal.session.DeviceFacts;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.osgi.service.log.Logger;

/**
 * A device and the socket it is exported over, through all that comes and goes: services, front-ends, configurations.
 *
 * <p>Everything that changes it is the same: {@linkplain SessionSet#pause pause} the sessions, change, {@link #settle}. That
 * happens under the controller's lock, which is held while rings are stopped and started, but not while anybody waits for a
 * front-end. So whoever holds it waits only for reactors and devices, and {@link Patience} ends those waits. The lock of a session
 * is taken inside it, never the other way round.
 */
final class ExportedDevice {
    /** How long a front-end may take from the first byte of a message to the last when it is handed over. */
    private static final long MESSAGE_MILLIS = 1000;

    private final Logger logger;
    private final Patience patience;
    private final ReentrantLock lock = new ReentrantLock();
    private final SessionSet sessions;
    private final PauseLog pauses = new PauseLog();
    private final Hold hold;
    private final Standing standing;

    private volatile ControllerSettings settings;
    private volatile ControllerServices services = ControllerServices.NONE;
    private boolean open;
    /** What a predecessor has left, until there is all that is needed to go on with it; then null. */
    private Heritage heritage;

    private SocketServer server;

    /**
     * Makes a device that is not {@link #open} yet.
     *
     * @param clock tells nanoseconds from any point on
     * @param alarm for what must not wait for ever
     */
    ExportedDevice(ControllerSettings settings, Patience patience, LongSupplier clock, Alarm alarm, Logger logger) {
        this.settings = settings;
        this.patience = patience;
        this.logger = logger;
        sessions = new SessionSet(lock, patience, logger, this::lastSessionEnded);
        hold = new Hold(clock, alarm, this::holdIsDue);
        standing = new Standing(logger);
    }

    // ---- what changes around it

    /**
     * Starts to work, as far as the services that are there allow.
     *
     * @param left what a predecessor has left, or null; it waits too
     */
    void open(Heritage left) {
        lock.lock();
        try {
            open = true;
            heritage = left;
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
            pause(services.difference(next, settings));
            services = next;
            settle();
        } finally {
            lock.unlock();
            patience.relax();
        }
    }

    /** A configuration is deleted: if it is that of the bdev, requests get I/O errors from now on instead of waiting. */
    void bdevDeleted(String pid) {
        if (services.bdev().isOf(pid)) {
            change(now -> now.bdev().isOf(pid) ? now.withBdev(now.bdev().deleted()) : now);
        }
    }

    /** Goes over to another configuration. Front-ends stay connected. */
    void configure(ControllerSettings next) {
        patience.hurry();
        lock.lock();
        try {
            if (!next.bdev().equals(settings.bdev()) && services.bdev().service() == null) {
                // what has become of the former bdev is of no interest any more
                services = services.withBdev(BdevLink.NONE);
            }
            if (!open) {
                settings = next;
                return;
            }
            if (standing.isListening() && next.differsInTuningOnly(settings) && tune(next)) {
                return;
            }
            pause("configuration");
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

    /** Lets a queue run on another core from now on; requests that come meanwhile wait in its ring. See {@code Controller}. */
    void move(int queue, int core) {
        lock.lock();
        try {
            DeviceFacts known = standing.facts();
            if (known == null || !standing.isListening()) {
                String why = standing.reason();
                throw new IllegalStateException(settings.name() + " " + (why.isEmpty() ? "does not serve" : why));
            }
            if (queue < 0 || queue >= known.queues()) {
                throw new IllegalArgumentException(
                        settings.name() + " has no queue " + queue + ": its queues are 0 to " + (known.queues() - 1));
            }
            services.checkCore(core, settings);
            if (sessions.isEmpty()) {
                throw new IllegalStateException(
                        "no front-end is connected to " + settings.name() + ": there is no queue to move");
            }
            sessions.move(queue, core);
        } finally {
            lock.unlock();
        }
    }

    /** @return false if the settings are wrong */
    private boolean tune(ControllerSettings next) {
        RingTuning tuning;
        try {
            tuning = next.tuning();
        } catch (IllegalArgumentException e) {
            // its place is in the status, as that of every other mistake
            return false;
        }
        settings = next;
        sessions.tune(next, tuning);
        return true;
    }

    /** Ends everything: no socket, no session, no further access to guest memory. */
    void close() {
        patience.hurry();
        SocketServer last;
        lock.lock();
        try {
            open = false;
            hold.end();
            if (heritage != null) {
                heritage.close();
                heritage = null;
            }
            last = server;
            // the socket goes first, so that a front-end that loses its connection does not find it again
            closeServer();
            sessions.close("the controller has been stopped");
        } finally {
            lock.unlock();
        }
        awaitEnd(last);
    }

    /**
     * Ends everything without the front-ends noticing: their requests wait in their rings, and those who connect wait as well.
     *
     * @return what a successor goes on with
     */
    Heritage handOver() {
        patience.hurry();
        SocketServer last;
        List<LiveSession> ending;
        Descriptor listener;
        lock.lock();
        try {
            open = false;
            hold.end();
            if (heritage != null) {
                // nobody has been able to go on with it, so it goes on
                return heritage;
            }
            ending = sessions.all();
            pauses.begin(PauseLog.Begun.now(sessions.running(), "transport"));
            last = server;
            server = null;
            listener = last == null ? null : last.handOver();
            sessions.handOver();
        } finally {
            lock.unlock();
        }
        awaitHandOver(ending);
        awaitEnd(last);
        List<Heritage.Session> left = ending.stream()
                .map(LiveSession::heritage)
                .filter(Objects::nonNull)
                .toList();
        return new Heritage(
                listener == null ? null : settings.socket(), listener, sessions.begun(), left, pauses.current());
    }

    /** A front-end that has stopped in the middle of a message must not hold up the others. */
    private void awaitHandOver(List<LiveSession> ending) {
        try {
            for (LiveSession session : ending) {
                if (!session.awaitEnd(MESSAGE_MILLIS)) {
                    session.end("it does not come to the end of a message");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitEnd(SocketServer last) {
        long millis = 2 * patience.limitMillis();
        try {
            if (last != null && !last.awaitEnd(millis) || !sessions.awaitEnd(millis)) {
                logger.error("{}: the sessions do not end", settings.name());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- device and socket, under the lock

    private void pause(String cause) {
        pauses.begin(PauseLog.Begun.now(sessions.running(), cause));
        sessions.pause();
    }

    /** Brings device and socket to what services and settings allow, and lets the rings go on. */
    private void settle() {
        // without a front-end nobody asks anything of a bdev that is not there
        ControllerServices usable = sessions.isEmpty() ? services : services.withStandIn();
        boolean real = usable == services;
        String missing = usable.missing(settings);
        if (missing != null) {
            stand(State.WAITING, missing);
            return;
        }
        try {
            settings.checkName();
            settings.checkDirectory();
            settings.holdTimeout();
            Admission admission = new Admission(settings, settings.sessionPolicy(), usable);
            DeviceFacts next = DeviceFacts.of(admission.device());
            int waited = sessions.resume(admission);
            hold.end();
            pauses.end(waited + takeOver(admission));
            if (real && server == null) {
                server = SocketServer.open(settings, sessions, logger);
            }
            standing.facts(next);
            if (real) {
                standing.enter(settings, State.LISTENING, "");
                sessions.admit(admission);
            } else {
                standing.enter(settings, State.WAITING, failing(services.bdev().state()));
            }
        } catch (IOException | RuntimeException e) {
            stand(State.FAILED, e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private String failing(BdevLink.State bdev) {
        return bdev == BdevLink.State.REMOVED
                ? "bdev " + settings.bdev() + " has been deleted: requests get I/O errors until it is created again"
                : "waits for bdev " + settings.bdev() + ", which has been away for longer than "
                        + ControllerSettings.HOLD_TIMEOUT + " allows: requests get I/O errors until it is back";
    }

    /**
     * All rings stand still. As long as nothing is there that could answer a request in the ring's own format, all that can be done
     * for it in the end is to break the ring.
     */
    private void stand(State next, String why) {
        standing.facts(null);
        if (sessions.isEmpty()) {
            hold.end();
        } else {
            hold.begin(holdLimit());
        }
        BdevLink givenUp = services.bdev().givenUp();
        if (hold.isOver() && givenUp != services.bdev()) {
            services = services.withBdev(givenUp);
            settle();
            return;
        }
        if (hold.isOver()) {
            String over = why + "; after " + holdSeconds() + " s (" + ControllerSettings.HOLD_TIMEOUT
                    + ") the rings are broken until it is over";
            sessions.breakRings(over);
            standing.enter(settings, next, over);
        } else {
            standing.enter(settings, next, why);
        }
        closeServerUnlessConnected();
    }

    private int holdSeconds() {
        try {
            return settings.holdTimeout();
        } catch (IllegalArgumentException e) {
            // told when everything else is there
            return ControllerSettings.DEFAULT_HOLD_TIMEOUT;
        }
    }

    private long holdLimit() {
        return TimeUnit.SECONDS.toNanos(holdSeconds());
    }

    /** Requests have been held for as long as they may be. All rings stand still. */
    private void holdIsDue() {
        lock.lock();
        try {
            if (open && hold.expire()) {
                settle();
            }
        } finally {
            lock.unlock();
        }
    }

    /** @return number of requests that had waited */
    private int takeOver(Admission admission) throws IOException {
        Heritage left = heritage;
        if (left == null) {
            return 0;
        }
        heritage = null;
        if (left.pause() != null) {
            pauses.begin(left.pause());
        }
        int waited = sessions.takeOver(admission, left);
        if (left.listener() != null) {
            UnixListener listener = UnixListener.adopt(left.socket(), left.listener());
            if (left.socket().equals(settings.socket())) {
                server = SocketServer.start(settings, listener, sessions, logger);
            } else {
                listener.close();
            }
        }
        return waited;
    }

    private void closeServer() {
        if (server != null) {
            server.close();
            server = null;
        }
    }

    /** The socket is there only when the device can answer; a front-end that is connected keeps it. */
    private void closeServerUnlessConnected() {
        if (sessions.isEmpty()) {
            closeServer();
        }
    }

    private void lastSessionEnded() {
        if (open && !standing.isListening()) {
            settle();
        }
    }

    // ---- any thread

    /** What the queues of its sessions have done. */
    List<QueueStatistics> statistics() {
        return sessions.statistics();
    }

    /** How long its rings have stood still, the last times. */
    List<Pause> pauses() {
        return pauses.all();
    }

    /** How it is now. */
    ControllerStatus status() {
        return standing.status(settings, patience.delays(), sessions.status());
    }
}
