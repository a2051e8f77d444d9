// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;

/** Replaces the content of a bundle and rewires all that use it. */
final class Replacement {
    private static final int START = Bundle.START_TRANSIENT | Bundle.START_ACTIVATION_POLICY;

    private final BundleContext context;
    private final FrameworkWiring wiring;
    private final LongSupplier limitNanos;

    Replacement(BundleContext context, LongSupplier limitNanos) {
        this.context = context;
        this.limitNanos = limitNanos;
        wiring = context.getBundle(0).adapt(FrameworkWiring.class);
    }

    /**
     * Stop, update, refresh, start.
     *
     * @param active numbers of the bundles that are to run afterwards
     * @return what went wrong, in one line; empty if nothing did
     */
    String replace(Bundle bundle, Path content, List<Long> active) throws InterruptedException {
        try (InputStream in = Files.newInputStream(content)) {
            bundle.stop(Bundle.STOP_TRANSIENT);
            bundle.update(in);
        } catch (BundleException | IOException e) {
            return "it could not be replaced: " + OneLine.of(e);
        }
        CountDownLatch refreshed = new CountDownLatch(1);
        wiring.refreshBundles(List.of(bundle), event -> refreshed.countDown());
        long limit = limitNanos.getAsLong();
        if (!refreshed.await(limit, TimeUnit.NANOSECONDS)) {
            return "the framework has not rewired it within " + TimeUnit.NANOSECONDS.toSeconds(limit) + " s";
        }
        return start(active);
    }

    private String start(List<Long> active) {
        for (long id : active) {
            Bundle bundle = context.getBundle(id);
            try {
                if (bundle != null && bundle.getState() != Bundle.ACTIVE) {
                    bundle.start(START);
                }
            } catch (BundleException e) {
                return bundle.getSymbolicName() + " does not start: " + reason(bundle, e);
            }
        }
        return "";
    }

    /** The resolver's own words only if nothing plainer can be said. */
    private String reason(Bundle bundle, BundleException failure) {
        List<String> unmet = failure.getType() == BundleException.RESOLVE_ERROR
                ? new Requirements(context).unmet(bundle.adapt(BundleRevision.class), null)
                : List.of();
        return unmet.isEmpty() ? OneLine.of(failure) : "it " + String.join("; it ", unmet);
    }

    /**
     * The same when this bundle is rewired too, and so stopped in the middle: whoever comes up looks at the outcome. What disks do
     * not need is stopped before what they need and started after it, or else they would wait for it. From the update on, only classes
     * that are loaded already are used.
     *
     * @param running all bundles to be stopped and started, in the order in which they start
     * @param pending where to write
     * @param done what to write before the framework is asked to rewire
     * @param failed what to write if the update has failed
     */
    void replaceOwn(
            Bundle bundle, Path content, List<Bundle> running, PendingFile pending, String done, String failed) {
        FrameworkWiring own = wiring;
        List<Bundle> one = List.of(bundle);
        FrameworkListener refreshed = event -> startAgain(running);
        String next = done;
        try (InputStream in = Files.newInputStream(content)) {
            for (int i = running.size() - 1; i >= 0; i--) {
                running.get(i).stop(Bundle.STOP_TRANSIENT);
            }
            bundle.update(in);
        } catch (BundleException | IOException | RuntimeException e) {
            next = failed;
        }
        try {
            pending.write(next);
        } catch (IOException e) {
            // Whoever comes up finds a swap that never ended, and says so.
        }
        own.refreshBundles(one, refreshed);
    }

    private static void startAgain(List<Bundle> bundles) {
        for (Bundle bundle : bundles) {
            try {
                bundle.start(START);
            } catch (BundleException | IllegalStateException e) {
                // Whoever comes up sees that it does not run; if that is this bundle itself, there is nobody to tell.
            }
        }
    }
}
