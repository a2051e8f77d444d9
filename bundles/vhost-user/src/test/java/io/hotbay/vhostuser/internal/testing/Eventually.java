// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.testing;

import static org.assertj.core.api.Assertions.fail;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for something that another thread does. */
public final class Eventually {
    private static final long LIMIT_NANOS = Duration.ofSeconds(20).toNanos();
    private static final long LOOK_NANOS = 200_000;

    private Eventually() {}

    /** A question; what it throws fails the test. */
    @FunctionalInterface
    public interface Question {
        boolean isTrue() throws Exception;
    }

    /** Returns as soon as the answer is yes; fails the test when it never is. */
    public static void eventually(String what, Question question) {
        long start = System.nanoTime();
        try {
            while (!question.isTrue()) {
                if (System.nanoTime() - start > LIMIT_NANOS) {
                    fail("never: " + what);
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(what, e);
        }
    }
}
