// SPDX-License-Identifier: Apache-2.0
package io.hotbay.guard.internal;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Looks after things once a second, on a thread that sleeps as long as there is nothing to look after. It does not end then: a new one
 * would be made while rings wait for what is being replaced.
 */
final class Rounds {
    private static final long INTERVAL_MILLIS = TimeUnit.SECONDS.toMillis(1);

    private final BooleanSupplier look;
    private Thread thread;
    private boolean wanted;
    private boolean closed;

    /** @param look tells whether there is anything left to look after */
    Rounds(BooleanSupplier look) {
        this.look = look;
    }

    /** There may be something to look after. */
    synchronized void begin() {
        wanted = true;
        if (thread == null && !closed) {
            thread = new Thread(this::run, "hotbay-guard");
            thread.setDaemon(true);
            thread.start();
        } else {
            notifyAll();
        }
    }

    private void run() {
        try {
            while (awaitWanted()) {
                do {
                    TimeUnit.MILLISECONDS.sleep(INTERVAL_MILLIS);
                } while (goesOn());
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    /** @return false when it has been closed */
    private synchronized boolean awaitWanted() throws InterruptedException {
        while (!wanted && !closed) {
            wait();
        }
        return !closed;
    }

    private boolean goesOn() {
        synchronized (this) {
            wanted = false;
        }
        boolean left = look.getAsBoolean();
        synchronized (this) {
            return (left || wanted) && !closed;
        }
    }

    synchronized void close() {
        closed = true;
        if (thread != null) {
            thread.interrupt();
        }
    }
}
