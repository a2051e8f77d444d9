// SPDX-License-Identifier: Apache-2.0
package io.hotbay.keeper.internal;

import io.hotbay.keeper.Keeper;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Registers the keeper itself, without Declarative Services, which may be replaced as well. */
public final class Activator implements BundleActivator {
    @Override
    public void start(BundleContext context) {
        context.registerService(Keeper.class, new MemoryKeeper(), null);
    }

    /** What is kept is lost; the kernel closes the descriptors when the process ends. */
    @Override
    public void stop(BundleContext context) {}
}
