// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import io.hotbay.keeper.Keeper;
import io.hotbay.keeper.Kept;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.ComponentConstants;
import org.osgi.service.log.Logger;

/** Passes a controller's heritage on, by way of the keeper, from one version of this bundle to the next. */
final class KeptHeritage {
    private static final String PREFIX = "vhost-user ";

    private final BundleContext context;
    private final Keeper keeper;
    private final String key;
    private final Logger logger;

    /** @param pid identifies the controller, whatever becomes of its bundle */
    KeptHeritage(BundleContext context, Keeper keeper, String pid, Logger logger) {
        this.context = context;
        this.keeper = keeper;
        this.key = PREFIX + pid;
        this.logger = logger;
    }

    /**
     * Whether a controller that is deactivated will be back: its bundle is being replaced, for example. One whose configuration is
     * deleted will not, nor one that ends with the process.
     */
    boolean isExpected(int reason) {
        return reason != ComponentConstants.DEACTIVATION_REASON_CONFIGURATION_DELETED
                && context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getState() != Bundle.STOPPING;
    }

    /** Leaves a heritage. */
    void leave(Heritage heritage) {
        keeper.keep(key, heritage.keep());
    }

    /** Takes what the predecessor has left, or null. */
    Heritage take() {
        Optional<Kept> kept = keeper.take(key);
        try {
            return kept.map(Heritage::of).orElse(null);
        } catch (RuntimeException e) {
            logger.error(
                    "what the transport before has left cannot be taken over; its front-ends lose their connections",
                    e);
            return null;
        }
    }
}
