// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks every few milliseconds whether somebody else has filled the counter of an eventfd that we signal, and empties it then. A
 * writer waits on a full counter unless the descriptor says otherwise, which whoever shares it can change at any time. Its thread
 * lives as long as there is something to watch, and dozes while nothing is signalled.
 */
final class SignalWatch implements Runnable {
    private static final long PERIOD_MILLIS = 10;
    /** So many looks follow a signal: to wake it at each would cost the signaller more. */
    private static final int LOOKS = 100;

    private static final SignalWatch INSTANCE = new SignalWatch();

    private final Set<EventFd> watched = ConcurrentHashMap.newKeySet();
    private volatile boolean dozing;
    private volatile Thread thread;

    private SignalWatch() {}

    static void add(EventFd event) {
        INSTANCE.watched.add(event);
        INSTANCE.start();
    }

    static void remove(EventFd event) {
        if (INSTANCE.watched.remove(event)) {
            INSTANCE.wake();
        }
    }

    /** To be called by whoever is about to write, when that can be seen: from here on the watch looks. */
    static void attend() {
        if (INSTANCE.dozing) {
            INSTANCE.wake();
        }
    }

    /** Whether it sleeps until the next signal. */
    static boolean isDozing() {
        return INSTANCE.dozing;
    }

    private void wake() {
        dozing = false;
        LockSupport.unpark(thread);
    }

    private synchronized void start() {
        if (thread == null) {
            thread = new Thread(this, "hotbay-signal-watch");
            thread.setDaemon(true);
            thread.start();
        }
    }

    @Override
    public void run() {
        while (isWanted()) {
            for (int look = 0; look < LOOKS && !watched.isEmpty(); look++) {
                watched.forEach(EventFd::relieve);
                pause();
            }
            doze();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PERIOD_MILLIS);
        } catch (InterruptedException e) {
            // nobody has a reason to, and the watch is needed all the same
            return;
        }
    }

    /** Says first that it sleeps, then looks for signallers: one that it misses sees that, and wakes it. */
    private void doze() {
        dozing = true;
        while (dozing && !watched.isEmpty() && !isAnySignalled()) {
            LockSupport.park(this);
        }
        dozing = false;
    }

    private boolean isAnySignalled() {
        for (EventFd event : watched) {
            if (event.isBeingSignalled()) {
                return true;
            }
        }
        return false;
    }

    private synchronized boolean isWanted() {
        if (watched.isEmpty()) {
            thread = null;
        }
        return thread != null;
    }
}
