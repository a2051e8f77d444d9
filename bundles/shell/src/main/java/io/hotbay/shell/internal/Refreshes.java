// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.FrameworkWiring;

/** What the framework has been asked to rewire, which may end a command that begins now. It does one after the other. */
final class Refreshes {
    /** Whoever looks for the cause of one that never ends must get through. */
    private static final long LIMIT_SECONDS = 20;

    private final FrameworkWiring wiring;
    private final Supplier<Bundle[]> bundles;

    Refreshes(BundleContext context) {
        this(context.getBundle(Constants.SYSTEM_BUNDLE_ID).adapt(FrameworkWiring.class), context::getBundles);
    }

    Refreshes(FrameworkWiring wiring, Supplier<Bundle[]> bundles) {
        this.wiring = wiring;
        this.bundles = bundles;
    }

    /** Waits for the end of those that have been asked for. */
    void await() {
        CountDownLatch ended = new CountDownLatch(1);
        wiring.refreshBundles(List.of(), event -> ended.countDown());
        try {
            ended.await(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The same only if it looks as if there were any: the framework tells everybody of each wait. */
    void awaitIfAny() {
        if (areLikely()) {
            await();
        }
    }

    private boolean areLikely() {
        try {
            return !wiring.getRemovalPendingBundles().isEmpty()
                    || Stream.of(bundles.get()).anyMatch(Refreshes::isDown);
        } catch (IllegalStateException e) {
            // This bundle has been stopped.
            return true;
        }
    }

    private static boolean isDown(Bundle bundle) {
        BundleStartLevel start = bundle.adapt(BundleStartLevel.class);
        return bundle.getState() != Bundle.ACTIVE && start != null && start.isPersistentlyStarted();
    }
}
