// SPDX-License-Identifier: Apache-2.0
package io.hotbay.guard.internal;

import io.hotbay.guard.Interruptions;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Begins to watch, without Declarative Services, which is watched as well. */
public final class Activator implements BundleActivator {
    /** Framework property: after how many seconds a bundle that commands need is started again. */
    private static final String PATIENCE = "hotbay.guard.seconds";

    private static final long DEFAULT_SECONDS = 30;

    private Rounds rounds;

    @Override
    public void start(BundleContext context) {
        LongSupplier clock = System::currentTimeMillis;
        BundleLives lives = new BundleLives(clock);
        rounds = new Rounds(new Guard(clock, patienceMillis(context), lives, new FrameworkHost(context))::look);
        context.addBundleListener(new BundleWatch(context, lives, rounds::begin));
        context.registerService(Interruptions.class, lives, null);
    }

    private static long patienceMillis(BundleContext context) {
        String seconds = context.getProperty(PATIENCE);
        return TimeUnit.SECONDS.toMillis(seconds == null ? DEFAULT_SECONDS : Long.parseLong(seconds));
    }

    @Override
    public void stop(BundleContext context) {
        rounds.close();
    }
}
