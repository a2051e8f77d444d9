// SPDX-License-Identifier: Apache-2.0
package io.hotbay.upgrade.internal;

import io.hotbay.keeper.Keeper;
import java.io.IOException;
import org.osgi.framework.BundleContext;
import org.osgi.service.log.Logger;

/** A service manager stops this process in order to start another one: leaves everything with it meanwhile. */
final class ServiceRestart {
    private final BundleContext context;
    private final Keeper keeper;
    private final Logger logger;
    private final ServiceManager manager = new ServiceManager(System.getenv());

    ServiceRestart(BundleContext context, Keeper keeper, Logger logger) {
        this.context = context;
        this.keeper = keeper;
        this.logger = logger;
    }

    /** Leaves everything, or nothing if the service is being stopped for good: then front-ends are to know. */
    String store() {
        try {
            if (manager.limit() == 0 || !manager.isRestarting()) {
                return "";
            }
            new StartLevel(context).lower();
            try (Estate estate = Estate.takeFrom(keeper)) {
                StoredEstate.store(estate, manager);
                logger.info(
                        "the service manager keeps {} descriptors for the next process",
                        estate.descriptors().size());
            }
            return "stored";
        } catch (IOException | RuntimeException e) {
            logger.error("nothing is left for the next process, front-ends have to connect anew: {}", e.getMessage());
            return "";
        }
    }
}
