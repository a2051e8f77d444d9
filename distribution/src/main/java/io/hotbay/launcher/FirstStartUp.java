// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.launch.Framework;

/**
 * Starts a process that takes nobody's place. What only people and deployments need waits until the configuration file is loaded: disks
 * are there a tenth of a second earlier then, on two cores.
 */
final class FirstStartUp implements StartUp {
    /** Set by the bundle that applies the configuration file when it is done, or waits for a bundle that may be deployed yet. */
    private static final String SETTLED = "hotbay.startup.settled";

    /** Who loads something large wants to look after it meanwhile. */
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long LOOK_AGAIN_MILLIS = 2;

    private final boolean loads;

    /** @param loads whether there is a configuration file */
    FirstStartUp(boolean loads) {
        this.loads = loads;
    }

    @Override
    public int level() {
        return loads ? StartLevels.CONFIGURATION : StartLevels.LAST;
    }

    @Override
    public void configure(Map<String, String> properties) {}

    @Override
    public void assign(Bundle bundle) {
        StartLevels.assign(bundle);
    }

    @Override
    public void complete(Framework framework, StartFailures failures) throws LaunchException {
        if (loads) {
            awaitSettled(framework);
            if (Ascent.to(StartLevels.LAST, framework)) {
                failures.check();
            }
        }
    }

    private static void awaitSettled(Framework framework) throws LaunchException {
        long deadline = System.nanoTime() + LONGEST_NANOS;
        try {
            while (!Boolean.getBoolean(SETTLED)
                    && framework.getState() == Bundle.ACTIVE
                    && System.nanoTime() < deadline) {
                Thread.sleep(LOOK_AGAIN_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LaunchException("interrupted while the configuration is loaded", e);
        }
    }
}
