// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Looks every few milliseconds whether somebody else has filled the counter of an eventfd that we signal, and empties it then. A
 * writer waits on a full counter unless the descriptor says otherwise, which whoever shares it can change at any time. Its thread
 * lives as long as there is something to watch.
 */
final class SignalWatch implements Runnable {
    private static final long PERIOD_MILLIS = 10;
    private static final SignalWatch INSTANCE = new SignalWatch();

    private final Set<EventFd> watched = ConcurrentHashMap.newKeySet();
    private boolean running;

    private SignalWatch() {}

    static void add(EventFd event) {
        INSTANCE.watched.add(event);
        INSTANCE.start();
    }

    static void remove(EventFd event) {
        INSTANCE.watched.remove(event);
    }

    private synchronized void start() {
        if (!running) {
            running = true;
            Thread thread = new Thread(this, "hotbay-signal-watch");
            thread.setDaemon(true);
            thread.start();
        }
    }

    @Override
    public void run() {
        while (isWanted()) {
            watched.forEach(EventFd::relieve);
            try {
                TimeUnit.MILLISECONDS.sleep(PERIOD_MILLIS);
            } catch (InterruptedException e) {
                // nobody has a reason to, and the watch is needed all the same
                continue;
            }
        }
    }

    private synchronized boolean isWanted() {
        running = !watched.isEmpty();
        return running;
    }
}
