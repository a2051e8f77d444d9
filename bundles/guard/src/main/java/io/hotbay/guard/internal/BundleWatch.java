// SPDX-License-Identifier: Apache-2.0
package io.hotbay.guard.internal;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.SynchronousBundleListener;

/** Sees bundles stop and start, before those that depend on them notice. */
final class BundleWatch implements SynchronousBundleListener {
    private final Bundle framework;
    private final BundleLives lives;
    private final Runnable whenStopped;

    /** @param whenStopped called after a bundle has been stopped, on the thread that did it */
    BundleWatch(BundleContext context, BundleLives lives, Runnable whenStopped) {
        framework = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION);
        this.lives = lives;
        this.whenStopped = whenStopped;
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        Bundle bundle = event.getBundle();
        if (framework.getState() != Bundle.ACTIVE || bundle.equals(framework)) {
            // all come and go with the framework
            return;
        }
        switch (event.getType()) {
            case BundleEvent.STOPPING -> lives.stops(bundle.getBundleId(), version(bundle));
            case BundleEvent.STOPPED -> whenStopped.run();
            case BundleEvent.STARTED -> lives.runs(bundle.getBundleId(), version(bundle));
            case BundleEvent.UNINSTALLED -> lives.isGone(bundle.getBundleId());
            default -> {
                // it does not change whether the bundle runs
            }
        }
    }

    private static String version(Bundle bundle) {
        return bundle.getVersion().toString();
    }
}
