// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import io.hotbay.linux.UnixConnection;
import io.hotbay.target.QueueStatistics;
import io.hotbay.target.SessionStatus;
import io.hotbay.vhostuser.internal.ring.Patience;
import io.hotbay.vhostuser.internal.ring.RingEnvironment;
import io.hotbay.vhostuser.internal.ring.RingTuning;
import io.hotbay.vhostuser.internal.session.FrontEndProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.osgi.service.log.Logger;

/**
 * The sessions of a controller: lets front-ends in as its {@link SessionPolicy} says, and lets all sessions go through what happens
 * to the controller. All methods under the controller's lock or taking it, except where noted.
 */
final class SessionSet {
    private final ReentrantLock lock;
    private final Condition changed;
    private final Patience patience;
    private final Logger logger;
    private final Runnable whenEmpty;
    private final RefusalLog refusals;

    private volatile List<LiveSession> sessions = List.of();
    private Admission admission;
    private int begun;
    private boolean closed;

    /**
     * Makes an empty set.
     *
     * @param lock the controller's
     * @param whenEmpty is told under the lock when the last session has ended
     */
    SessionSet(ReentrantLock lock, Patience patience, Logger logger, Runnable whenEmpty) {
        this.lock = lock;
        this.changed = lock.newCondition();
        this.patience = patience;
        this.logger = logger;
        this.whenEmpty = whenEmpty;
        this.refusals = new RefusalLog(logger, System::nanoTime);
    }

    boolean isEmpty() {
        return sessions.isEmpty();
    }

    // ---- front-ends come, on the thread of a server

    /**
     * Waits until a connection may be accepted.
     *
     * @param ended asked after each change: whether to wait no longer
     * @return false if that has ended it
     */
    boolean awaitRoom(BooleanSupplier ended) {
        lock.lock();
        try {
            while (!closed && !ended.getAsBoolean()) {
                if (admission != null && admission.policy().acceptsBeside(sessions.size())) {
                    return true;
                }
                changed.awaitUninterruptibly();
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Lets those who wait look again. */
    void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Begins a session over a connection as soon as there is room for it, or closes the connection. */
    void begin(UnixConnection connection) {
        FrontEndProcess peer = FrontEndProcess.of(connection);
        lock.lock();
        try {
            if (awaitTurn(peer)) {
                add(connection, peer);
                return;
            }
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            // also when there is no memory for one more thread
            logger.error("{}: no session for {}: {}", admission.settings().name(), peer, e.toString());
        } finally {
            lock.unlock();
        }
        connection.close();
    }

    /** What was true before the connection was accepted may not be so any more: a service may have left since. */
    private boolean awaitTurn(FrontEndProcess peer) {
        while (!closed) {
            if (admission != null) {
                SessionPolicy policy = admission.policy();
                String refusal = policy.refusal(peer);
                if (!refusal.isEmpty()) {
                    refusals.add(admission.settings().name() + ": refused " + peer + ": " + refusal);
                    return false;
                }
                if (policy.mode() == SessionMode.TAKEOVER) {
                    sessions.forEach(session -> session.end(peer + " has taken over"));
                }
                if (policy.hasRoomBeside(sessions.size())) {
                    return true;
                }
            }
            changed.awaitUninterruptibly();
        }
        return false;
    }

    private void add(UnixConnection connection, FrontEndProcess peer) throws IOException {
        LiveSession session =
                new LiveSession(begun, connection, peer, admission, admission.device(), patience, logger, this::remove);
        List<LiveSession> others = sessions;
        List<LiveSession> more = new ArrayList<>(others);
        more.add(session);
        sessions = List.copyOf(more);
        logger.info("{} began: {} connected", session.name(), peer);
        try {
            session.start();
            begun++;
        } catch (OutOfMemoryError e) {
            sessions = others;
            throw e;
        }
    }

    /**
     * Goes on with the sessions of a predecessor. Those that cannot go on lose their connection.
     *
     * @return number of requests that had waited
     */
    int takeOver(Admission next, Heritage heritage) {
        List<LiveSession> heirs = new ArrayList<>();
        for (Heritage.Session each : heritage.sessions()) {
            LiveSession heir = heir(next, each);
            if (heir != null) {
                heirs.add(heir);
            }
        }
        sessions = List.copyOf(heirs);
        begun = heritage.begun();
        heirs.forEach(LiveSession::start);
        return heirs.stream().mapToInt(LiveSession::waited).sum();
    }

    private LiveSession heir(Admission next, Heritage.Session left) {
        UnixConnection connection = UnixConnection.adopt(left.connection());
        LiveSession heir = null;
        try {
            FrontEndProcess peer = FrontEndProcess.of(connection);
            heir = new LiveSession(left.id(), connection, peer, next, next.device(), patience, logger, this::remove);
            heir.takeOver(left.transcript());
            logger.info("{} goes on", heir.name());
            return heir;
        } catch (IOException | RuntimeException e) {
            logger.error("{} session {} cannot go on: {}", next.settings().name(), left.id(), e.toString());
            if (heir == null) {
                connection.close();
                left.transcript().close();
            } else {
                heir.discard();
            }
            return null;
        }
    }

    private void remove(LiveSession session) {
        lock.lock();
        try {
            sessions = sessions.stream().filter(each -> each != session).toList();
            if (sessions.isEmpty()) {
                whenEmpty.run();
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // ---- the controller changes

    /** Number of rings that are running. */
    int running() {
        return sessions.stream().mapToInt(LiveSession::running).sum();
    }

    /** Lets nobody in and stops all rings: their requests wait. */
    void pause() {
        admission = null;
        sessions.forEach(LiveSession::pause);
    }

    /**
     * Lets the rings of the sessions go on over new devices.
     *
     * @return number of requests that had waited
     * @throws IOException if there cannot be such devices; all rings stand still then
     */
    int resume(Admission next) throws IOException {
        List<RingEnvironment> devices = new ArrayList<>();
        for (int i = 0; i < sessions.size(); i++) {
            devices.add(next.device());
        }
        int waiting = sessions.stream().mapToInt(LiveSession::waiting).sum();
        for (int i = 0; i < sessions.size(); i++) {
            sessions.get(i).resume(devices.get(i));
        }
        return waiting;
    }

    /** Lets a ring of each session run on a certain core from now on. */
    void move(int queue, int core) {
        sessions.forEach(session -> session.move(queue, core));
    }

    /** Changes what can be changed while rings run, in all sessions and those to come. */
    void tune(ControllerSettings settings, RingTuning tuning) {
        if (admission != null) {
            admission = new Admission(settings, admission.policy(), admission.services());
        }
        sessions.forEach(session -> session.tune(tuning));
    }

    /** Declares all rings broken that would run if there were a device. */
    void breakRings(String reason) {
        sessions.forEach(session -> session.breakRings(reason));
    }

    /** Lets front-ends in again. */
    void admit(Admission next) {
        admission = next;
        changed.signalAll();
    }

    /** Lets nobody in ever more, stops all rings and ends all sessions, without waiting for that. */
    void close(String why) {
        pause();
        closed = true;
        sessions.forEach(session -> session.end(why));
        changed.signalAll();
    }

    /** Lets nobody in ever more, and has all sessions end without their front-ends noticing; does not wait for that. */
    void handOver() {
        pause();
        closed = true;
        sessions.forEach(LiveSession::handOver);
        changed.signalAll();
    }

    /** Number of sessions there have been. */
    int begun() {
        return begun;
    }

    // ---- any thread, without the lock

    /** The sessions, to be asked for their heritage: those that have ended since are no longer in the set itself. */
    List<LiveSession> all() {
        return sessions;
    }

    /**
     * Waits until all sessions have ended after {@link #close}.
     *
     * @return false if they have not in that time
     */
    boolean awaitEnd(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        boolean ended = true;
        for (LiveSession session : sessions) {
            ended &= session.awaitEnd(TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
        }
        return ended;
    }

    /** What their queues have done. */
    List<QueueStatistics> statistics() {
        return sessions.stream()
                .flatMap(session -> session.statistics().stream())
                .toList();
    }

    /** How they are now. */
    List<SessionStatus> status() {
        return sessions.stream().map(LiveSession::status).toList();
    }
}
