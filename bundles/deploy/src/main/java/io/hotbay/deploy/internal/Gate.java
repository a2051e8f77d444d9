// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import io.hotbay.target.TargetException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Lets one swap through at a time. */
final class Gate {
    private static final long LOOK_MILLIS = 50;

    private final AtomicReference<String> inside = new AtomicReference<>();

    /** @param what for people: {@code update of io.hotbay.bdev-malloc} */
    void enter(String what) throws TargetException {
        String other = inside.compareAndExchange(null, what);
        if (other != null) {
            throw new TargetException(
                    "the " + other + " is under way: try again when it has ended; deploy:history tells");
        }
    }

    /** Waits until it can be entered. */
    void enterInTurn(String what, long nanos) throws TargetException, InterruptedException {
        long deadline = System.nanoTime() + nanos;
        while (inside.get() != null && System.nanoTime() - deadline < 0) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        enter(what);
    }

    void leave() {
        inside.set(null);
    }
}
