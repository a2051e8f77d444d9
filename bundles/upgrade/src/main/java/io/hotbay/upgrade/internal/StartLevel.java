// SPDX-License-Identifier: Apache-2.0
package io.hotbay.upgrade.internal;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.startlevel.FrameworkStartLevel;

/** The start level of the framework this bundle is in, which stays as it is in the lowest one. */
final class StartLevel {
    private static final int LOWEST = 1;
    private static final long LIMIT_SECONDS = 60;

    private final FrameworkStartLevel framework;
    private final int highest;

    StartLevel(BundleContext context) {
        framework = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkStartLevel.class);
        highest = framework.getStartLevel();
    }

    /** Stops all bundles but those that serve bundles: shells first, then transports, then what is behind them. */
    void lower() throws IOException {
        move(LOWEST);
    }

    /** Starts them all again. */
    void raise() throws IOException {
        move(highest);
    }

    private void move(int level) throws IOException {
        CountDownLatch reached = new CountDownLatch(1);
        framework.setStartLevel(level, event -> {
            if (event.getType() == FrameworkEvent.STARTLEVEL_CHANGED) {
                reached.countDown();
            }
        });
        try {
            if (!reached.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(
                        "the bundles do not come to start level " + level + " in " + LIMIT_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted on the way to start level " + level, e);
        }
    }
}
