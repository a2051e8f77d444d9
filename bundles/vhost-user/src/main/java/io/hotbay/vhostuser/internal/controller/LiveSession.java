// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import io.hotbay.linux.EventFd;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.UnixConnection;
import io.hotbay.target.QueueStatistics;
import io.hotbay.target.SessionStatus;
import io.hotbay.vhostuser.internal.ring.Patience;
import io.hotbay.vhostuser.internal.ring.RingEnvironment;
import io.hotbay.vhostuser.internal.ring.RingTuning;
import io.hotbay.vhostuser.internal.session.DeviceSlot;
import io.hotbay.vhostuser.internal.session.FrontEndProcess;
import io.hotbay.vhostuser.internal.session.Session;
import io.hotbay.vhostuser.internal.session.SessionEnvironment;
import io.hotbay.vhostuser.internal.session.SessionLoop;
import io.hotbay.vhostuser.internal.wire.MessageRefusedException;
import io.hotbay.vhostuser.internal.wire.Transcript;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.osgi.service.log.Logger;

/**
 * A session with all that it shares with no other: the connection, the thread that serves it, its device, and a lock over these,
 * so that a session that is slow to stop its rings holds up nobody else's messages.
 */
final class LiveSession {
    /** The threads have shallow stacks; a session should cost little. */
    static final long STACK_BYTES = 512 * 1024;

    private static final long IDLE_SECONDS = 10;

    private final int id;
    private final UnixConnection connection;
    private final EventFd interruption;
    private final Logger logger;
    private final ReentrantLock lock = new ReentrantLock();
    private final DeviceSlot slot = new DeviceSlot();
    private final ThreadPoolExecutor executor;
    private final Session session;
    private final Thread thread;
    private volatile String verdict;
    private volatile Heritage.Session heritage;
    private int waited;

    /**
     * Prepares a session; {@link #start} begins it.
     *
     * @param id counts the controller's sessions
     * @param device is this session's alone
     * @param whenEnded is told at the end, on the session's thread, when nothing of it is left
     */
    LiveSession(
            int id,
            UnixConnection connection,
            FrontEndProcess peer,
            Admission admission,
            RingEnvironment device,
            Patience patience,
            Logger logger,
            Consumer<LiveSession> whenEnded)
            throws LinuxException {
        this.id = id;
        this.connection = connection;
        this.interruption = EventFd.create();
        this.logger = logger;
        String controller = admission.settings().name();
        String threads = "hotbay-vhost-" + controller + "-" + id;
        executor = new ThreadPoolExecutor(0, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread worker = new Thread(task, threads + "-news");
            worker.setDaemon(true);
            return worker;
        });
        // news of a session that has ended interest nobody
        executor.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        slot.fill(device);
        session = new Session(
                id,
                peer,
                new SessionEnvironment(
                        controller,
                        lock,
                        slot,
                        patience,
                        executor,
                        logger,
                        admission.policy().maxGuestMemory()));
        thread = new Thread(null, () -> run(whenEnded), threads, STACK_BYTES);
        thread.setDaemon(true);
    }

    /** Its name, for people. */
    String name() {
        return session.name();
    }

    /** Begins to serve the connection, which belongs to the session from now on. */
    void start() {
        thread.start();
    }

    private void run(Consumer<LiveSession> whenEnded) {
        String why;
        try {
            why = new SessionLoop(connection, interruption, session, logger).run();
        } catch (RuntimeException | Error e) {
            logger.error("{} failed", name(), e);
            why = e.toString();
        }
        try {
            if (why == SessionLoop.INTERRUPTED) {
                why = leave();
            } else {
                close();
            }
        } finally {
            logger.info("{} ended: {}", name(), verdict == null ? why : verdict);
            interruption.close();
            whenEnded.accept(this);
        }
    }

    private String leave() {
        lock.lock();
        try {
            Transcript transcript = session.handOver();
            heritage = new Heritage.Session(id, connection.handOver(), transcript);
            return SessionLoop.INTERRUPTED;
        } catch (IOException e) {
            connection.close();
            return "it cannot be handed over: " + e.getMessage();
        } finally {
            slot.clear();
            lock.unlock();
            executor.shutdown();
        }
    }

    private void close() {
        lock.lock();
        try {
            session.close();
            slot.clear();
        } finally {
            lock.unlock();
            connection.close();
            executor.shutdown();
        }
    }

    /**
     * Brings it to where another session was, before it {@linkplain #start begins}.
     *
     * @throws IOException if that is not possible; the session must not begin then
     */
    void takeOver(Transcript transcript) throws IOException {
        try {
            waited = session.takeOver(transcript);
        } catch (MessageRefusedException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Number of requests that had waited in its rings when it {@linkplain #takeOver took over}. */
    int waited() {
        return waited;
    }

    /** Ends a session that has not begun. */
    void discard() {
        close();
        interruption.close();
    }

    /** Has it end between two messages without the front-end noticing. Any thread; does not wait. */
    void handOver() {
        if (thread.isAlive()) {
            interruption.signal();
        }
    }

    /** What it has left after {@link #handOver}; null until its thread has ended, and when it ended in another way. */
    Heritage.Session heritage() {
        return heritage;
    }

    /** Changes what can be changed while its rings run. */
    void tune(RingTuning tuning) {
        lock.lock();
        try {
            session.tune(tuning);
        } finally {
            lock.unlock();
        }
    }

    /** Number of rings that are running. */
    int running() {
        return locked(session::running);
    }

    /** Number of requests that wait in its rings while these stand still. */
    int waiting() {
        return locked(session::waiting);
    }

    private int locked(IntSupplier question) {
        lock.lock();
        try {
            return question.getAsInt();
        } finally {
            lock.unlock();
        }
    }

    /** Takes the device away: no ring runs when this returns, and requests wait in them. */
    void pause() {
        lock.lock();
        try {
            session.stopRings();
            slot.clear();
        } finally {
            lock.unlock();
        }
    }

    /** Lets a ring run on a certain core from now on. */
    void move(int queue, int core) {
        lock.lock();
        try {
            session.move(queue, core);
        } finally {
            lock.unlock();
        }
    }

    /** Declares its rings broken until it has a device again. */
    void breakRings(String reason) {
        lock.lock();
        try {
            session.breakRings(reason);
        } finally {
            lock.unlock();
        }
    }

    /** Gives it a device in the place of the one before, and lets the rings go on. */
    void resume(RingEnvironment device) {
        lock.lock();
        try {
            session.prepare(device.device());
            slot.fill(device);
            session.startRings();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends it soon, after the requests that were taken are completed. Any thread; does not wait.
     *
     * @param why for people
     */
    void end(String why) {
        if (verdict == null) {
            verdict = why;
        }
        connection.shutdown();
    }

    /**
     * Waits until its thread has ended.
     *
     * @return false if it has not in that time
     */
    boolean awaitEnd(long millis) throws InterruptedException {
        thread.join(Math.max(1, millis));
        return !thread.isAlive();
    }

    /** What its queues have done. Any thread. */
    List<QueueStatistics> statistics() {
        return session.statistics();
    }

    /** How it is now. Any thread. */
    SessionStatus status() {
        return session.status();
    }
}
