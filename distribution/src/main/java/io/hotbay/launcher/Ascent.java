// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.FrameworkStartLevel;

/** Brings a framework to a higher start level. */
final class Ascent {
    private static final long LIMIT_SECONDS = 60;
    private static final long LOOK_AGAIN_MILLIS = 50;

    private Ascent() {}

    /**
     * Starts the bundles up to a level, and waits for them.
     *
     * @return false if the framework is being stopped
     */
    static boolean to(int level, Framework framework) throws LaunchException {
        CountDownLatch reached = new CountDownLatch(1);
        framework.adapt(FrameworkStartLevel.class).setStartLevel(level, event -> {
            if (event.getType() == FrameworkEvent.STARTLEVEL_CHANGED) {
                reached.countDown();
            }
        });
        return isReached(reached, framework);
    }

    /** A framework that is stopped on the way up, by a signal, says nothing of its level any more. */
    private static boolean isReached(CountDownLatch reached, Framework framework) throws LaunchException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        try {
            while (!reached.await(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
                if (framework.getState() != Bundle.ACTIVE) {
                    return false;
                }
                if (System.nanoTime() > deadline) {
                    throw new LaunchException("the bundles do not start within " + LIMIT_SECONDS + " s");
                }
            }
            return framework.getState() == Bundle.ACTIVE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LaunchException("interrupted while bundles start", e);
        }
    }
}
