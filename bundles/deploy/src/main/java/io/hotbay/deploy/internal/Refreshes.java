// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.FrameworkWiring;

/** What the framework has been asked to rewire by anybody. It does one after the other. */
final class Refreshes {
    private final FrameworkWiring wiring;

    Refreshes(BundleContext context) {
        wiring = context.getBundle(Constants.SYSTEM_BUNDLE_ID).adapt(FrameworkWiring.class);
    }

    /** Waits for the end of those that have been asked for: who is concerned himself is interrupted meanwhile. */
    void await() throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        wiring.refreshBundles(List.of(), event -> ended.countDown());
        ended.await();
    }
}
