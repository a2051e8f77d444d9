// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for things outside this process that tell nobody when they happen, such as a socket that appears. */
final class Await {
    private static final long INTERVAL_MILLIS = 20;

    private Await() {}

    static void until(String what, Duration timeout, Logs logs, BooleanSupplier happened) {
        result(what, timeout, logs, () -> happened.getAsBoolean() ? Optional.of(what) : Optional.empty());
    }

    static <T> T result(String what, Duration timeout, Logs logs, Supplier<Optional<T>> attempt) {
        long deadline = System.nanoTime() + timeout.toNanos();
        Optional<T> result = attempt.get();
        while (result.isEmpty()) {
            if (System.nanoTime() - deadline >= 0) {
                throw logs.failure("Not within " + timeout.toSeconds() + " s: " + what);
            }
            pause(logs);
            result = attempt.get();
        }
        return result.get();
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
