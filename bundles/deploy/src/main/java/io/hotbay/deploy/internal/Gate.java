// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import io.hotbay.target.TargetException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/** Lets one swap through at a time, and none while the process is being upgraded. */
final class Gate {
    private static final long LOOK_MILLIS = 50;

    private final AtomicReference<String> inside = new AtomicReference<>();
    private final BooleanSupplier upgrade;

    /** @param upgrade whether the process is being upgraded, which asks in turn whether somebody is inside */
    Gate(BooleanSupplier upgrade) {
        this.upgrade = upgrade;
    }

    /** @param what for people: {@code update of io.hotbay.bdev-malloc} */
    void enter(String what) throws TargetException {
        String other = inside.compareAndExchange(null, what);
        if (other != null) {
            throw new TargetException(
                    "the " + other + " is under way: try again when it has ended; deploy:history tells");
        }
        if (upgrade.getAsBoolean()) {
            leave();
            throw new TargetException("an upgrade of the process is under way: try again when it has ended");
        }
    }

    /** Waits until it can be entered, or the thread is interrupted: whoever waits may be ended himself meanwhile. */
    void enterInTurn(String what) throws InterruptedException {
        while (!tryEnter(what)) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    private boolean tryEnter(String what) {
        if (!inside.compareAndSet(null, what)) {
            return false;
        }
        if (upgrade.getAsBoolean()) {
            leave();
            return false;
        }
        return true;
    }

    /** Who is inside, or nobody. */
    Optional<String> inside() {
        return Optional.ofNullable(inside.get());
    }

    void leave() {
        inside.set(null);
    }
}
