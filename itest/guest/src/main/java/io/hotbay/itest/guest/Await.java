// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for things outside this process that tell nobody when they happen, such as a socket that appears. */
final class Await {
    private static final long INTERVAL_MILLIS = 20;

    private Await() {}

    static void until(String what, Duration timeout, Logs logs, BooleanSupplier happened) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!happened.getAsBoolean()) {
            if (System.nanoTime() - deadline >= 0) {
                throw logs.failure("Not within " + timeout.toSeconds() + " s: " + what);
            }
            pause(logs);
        }
    }

    private static void pause(Logs logs) {
        try {
            Thread.sleep(INTERVAL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw logs.failure("Interrupted", e);
        }
    }
}
