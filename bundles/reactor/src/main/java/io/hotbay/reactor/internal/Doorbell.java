// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor.internal;

import io.hotbay.linux.Epoll;
import io.hotbay.linux.EventFd;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.TimerFd;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Where a reactor sleeps and what wakes it: watched descriptors, and {@link #ring} from other threads.
 *
 * <p>The sleeper says that it lies down, then looks for commands a last time, then sleeps; a caller adds its command, then looks
 * whether the sleeper lies down. All four accesses are volatile, so at least one of the two sees the other. A ring that
 * comes too early or too late makes the next sleep end at once, which costs a few rounds and nothing else.
 */
final class Doorbell implements AutoCloseable {
    private static final VarHandle LYING;

    static {
        try {
            LYING = MethodHandles.lookup().findVarHandle(Doorbell.class, "lying", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * Edge-triggered: every write to an eventfd is an event of its own, although its counter is never read back.
     */
    private static final int EVENTS = Epoll.IN | Epoll.EDGE;

    private final Epoll epoll;
    private final EventFd bell;
    private final TimerFd timer;
    private volatile boolean lying;
    private boolean closed;
    /** Whether the timer is set; the reactor's thread. */
    private boolean timed;

    private Doorbell(Epoll epoll, EventFd bell, TimerFd timer) {
        this.epoll = epoll;
        this.bell = bell;
        this.timer = timer;
    }

    static Doorbell create() throws LinuxException {
        EventFd bell = EventFd.create();
        TimerFd timer = null;
        Epoll epoll = null;
        try {
            timer = TimerFd.create();
            epoll = Epoll.create();
            epoll.add(bell.number(), EVENTS, bell.number());
            epoll.add(timer.number(), EVENTS, timer.number());
            return new Doorbell(epoll, bell, timer);
        } catch (LinuxException e) {
            bell.close();
            if (timer != null) {
                timer.close();
            }
            if (epoll != null) {
                epoll.close();
            }
            throw e;
        }
    }

    /** Wakes the reactor if it sleeps or is about to; costs no system call otherwise. Any thread. */
    void ring() {
        if (lying && LYING.compareAndSet(this, true, false)) {
            signal();
        }
    }

    /** Under the lock, so that it never reaches a descriptor number that was closed and given to somebody else. */
    private synchronized void signal() {
        if (!closed) {
            bell.signal();
        }
    }

    /** The reactor's thread: from here on {@link #ring} makes {@link #sleep} return. */
    void lieDown() {
        lying = true;
    }

    /**
     * The reactor's thread: sleeps until something happens.
     *
     * @param nanos how long at most, at least 1; {@link Long#MAX_VALUE} for as long as it takes
     */
    void sleep(long nanos) throws LinuxException {
        if (nanos != Long.MAX_VALUE) {
            timer.set(nanos);
            timed = true;
        } else if (timed) {
            timer.clear();
            timed = false;
        }
        epoll.await(-1);
    }

    /** The reactor's thread: rings are no longer needed. */
    void getUp() {
        lying = false;
    }

    /** Any thread. */
    synchronized void watch(int descriptor) throws LinuxException {
        if (closed) {
            throw new IllegalStateException("the reactor has stopped");
        }
        epoll.add(descriptor, EVENTS, descriptor);
    }

    /** Any thread; after the end there is nothing left to do. */
    synchronized void unwatch(int descriptor) {
        if (!closed) {
            epoll.remove(descriptor);
        }
    }

    /** The reactor's thread, at its end. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            epoll.close();
            bell.close();
            timer.close();
        }
    }
}
