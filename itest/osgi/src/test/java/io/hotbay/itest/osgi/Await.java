// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for what other threads bring about: Configuration Admin delivers on a thread of its own. */
final class Await {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    /** Longer and longer pauses: asking for a service that fails makes it try, and log, again. */
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private Await() {}

    /** Something that does not hold yet throws an assertion error. */
    @FunctionalInterface
    interface Assertion {
        void check() throws Exception;
    }

    /** Waits until an assertion holds; if it never does, its last error is the result. */
    static void asserted(Assertion assertion) {
        value(() -> {
            assertion.check();
            return true;
        });
    }

    /** Waits until a value can be had without an assertion error. */
    static <T> T value(Callable<T> source) {
        long deadline = System.nanoTime() + LIMIT_NANOS;
        long pause = FIRST_PAUSE_NANOS;
        while (true) {
            try {
                return source.call();
            } catch (AssertionError e) {
                if (System.nanoTime() - deadline >= 0) {
                    throw e;
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(pause + pause / 2, LONGEST_PAUSE_NANOS);
        }
    }
}
