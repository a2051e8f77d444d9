// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.FrameworkWiring;

/** The framework that the tests run in: its bundles and services. */
final class Framework {
    /** What the symbolic names of Hotbay's bundles start with. */
    static final String OWN = "io.hotbay.";

    private static final long STOP_MILLIS = 20_000;
    private static final String ANY = "(objectClass=*)";
    private static final BundleContext CONTEXT =
            FrameworkUtil.getBundle(Framework.class).getBundleContext();

    static {
        // The test runner exits without stopping the framework; then the allocator's folders would stay.
        Runtime.getRuntime().addShutdownHook(new Thread(Framework::stopForGood, "stop-framework"));
    }

    private Framework() {}

    private static void stopForGood() {
        org.osgi.framework.launch.Framework framework =
                CONTEXT.getBundle(0).adapt(org.osgi.framework.launch.Framework.class);
        try {
            framework.stop();
            framework.waitForStop(STOP_MILLIS);
        } catch (BundleException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** All bundles. */
    static List<Bundle> bundles() {
        return List.of(CONTEXT.getBundles());
    }

    /** The product's own bundles. */
    static List<Bundle> ownBundles() {
        return bundles().stream()
                .filter(bundle -> bundle.getSymbolicName().startsWith(OWN))
                .filter(bundle -> !bundle.equals(CONTEXT.getBundle()))
                .toList();
    }

    /** One of them by the last part of its name, or any bundle by its whole name. */
    static Bundle bundle(String name) {
        return Stream.of(CONTEXT.getBundles())
                .filter(bundle -> bundle.getSymbolicName().equals(OWN + name)
                        || bundle.getSymbolicName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Starts a bundle. */
    static void start(String name) {
        try {
            bundle(name).start();
        } catch (BundleException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Stops a bundle. */
    static void stop(String name) {
        try {
            bundle(name).stop();
        } catch (BundleException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Updates a bundle with the content it has, and has all that use it rewired. */
    static void update(String name) throws InterruptedException {
        try {
            bundle(name).update();
        } catch (BundleException e) {
            throw new IllegalStateException(e);
        }
        CountDownLatch refreshed = new CountDownLatch(1);
        CONTEXT.getBundle(0)
                .adapt(FrameworkWiring.class)
                .refreshBundles(List.of(bundle(name)), event -> refreshed.countDown());
        assertThat(refreshed.await(STOP_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
    }

    /** Starts all of the product's own bundles that are stopped. */
    static void startAll() {
        ownBundles().forEach(bundle -> start(bundle.getSymbolicName().substring(OWN.length())));
    }

    /** A service, as soon as it is there. */
    static <T> T service(Class<T> type) {
        return service(type, ANY);
    }

    /** A service that matches a filter, as soon as it is there. */
    static <T> T service(Class<T> type, String filter) {
        return Await.value(() -> {
            Optional<T> found = find(type, filter);
            assertThat(found).as("service %s %s", type.getName(), filter).isPresent();
            return found.get();
        });
    }

    /**
     * A service that matches a filter, if one can be had now. A component that fails when it is activated remains registered, but
     * nobody gets it.
     */
    static <T> Optional<T> find(Class<T> type, String filter) {
        return references(type, filter).stream()
                .findFirst()
                .flatMap(reference -> Optional.ofNullable(CONTEXT.getService(reference)));
    }

    /** The services that match a filter now. */
    static <T> Collection<ServiceReference<T>> references(Class<T> type, String filter) {
        try {
            return CONTEXT.getServiceReferences(type, filter);
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
