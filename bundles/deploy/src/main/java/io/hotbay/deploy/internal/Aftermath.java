// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Waits until all that worked before a swap works again. */
final class Aftermath {
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    /** A look takes so much at most of the time of a core, which those that are waited for may need. */
    private static final int SHARE = 10;

    /** Pause after a look that took long, for whatever reason. */
    private static final long ENOUGH_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** A component that fails may be tried again when what it needs comes up a little later. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final BundleContext context;
    private final Components components;
    private final Configurations configurations;
    private final Controllers controllers;
    private final LongSupplier limitNanos;

    Aftermath(BundleContext context, LongSupplier limitNanos) {
        this.context = context;
        this.limitNanos = limitNanos;
        components = new Components(context);
        configurations = new Configurations(context);
        controllers = new Controllers(context);
    }

    /** @return what does not work, in one line; empty if everything does */
    String await(Before before) throws InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            long look = System.nanoTime();
            List<Bundle> bundles = bundles(before);
            String missing = missing(before, bundles);
            Optional<String> failure = missing.isEmpty() ? Optional.empty() : failure(before, bundles);
            long now = System.nanoTime();
            long waited = now - begin;
            if (missing.isEmpty() || waited > limitNanos.getAsLong() || failure.isPresent() && waited > GRACE_NANOS) {
                return failure.orElse(missing);
            }
            TimeUnit.NANOSECONDS.sleep(Math.max(INTERVAL_NANOS, Math.min(SHARE * (now - look), ENOUGH_NANOS)));
        }
    }

    private List<Bundle> bundles(Before before) {
        return before.bundles().stream()
                .map(context::getBundle)
                .filter(Objects::nonNull)
                .toList();
    }

    private Optional<String> failure(Before before, List<Bundle> bundles) {
        Map<String, String> failures = components.failures(bundles);
        return before.components().keySet().stream()
                .filter(failures::containsKey)
                .map(name -> "component " + name + " fails: " + failures.get(name))
                .findFirst();
    }

    /** Configurations that a component had and that are no more, such as the destination of a migration that was given up. */
    private int deleted(Before before, String component) {
        // what a former version of this bundle has written says nothing of them
        Map<String, Set<String>> known = before.configurations() == null ? Map.of() : before.configurations();
        Set<String> pids = known.getOrDefault(component, Set.of());
        return pids.isEmpty() ? 0 : configurations.deleted(pids).size();
    }

    private String missing(Before before, List<Bundle> bundles) {
        List<String> missing = new ArrayList<>();
        if (bundles.size() < before.bundles().size()) {
            missing.add("a bundle is no longer installed");
        }
        bundles.stream()
                .filter(bundle -> bundle.getState() != Bundle.ACTIVE && bundle.getState() != Bundle.STARTING)
                .forEach(bundle -> missing.add(bundle.getSymbolicName() + " is " + BundleNames.state(bundle)));
        if (missing.isEmpty()) {
            Map<String, Integer> working = components.working(bundles);
            before.components().forEach((name, number) -> {
                if (working.getOrDefault(name, 0) < number - deleted(before, name)) {
                    missing.add("component " + name + " does not come back");
                }
            });
        }
        if (missing.isEmpty()) {
            Set<String> listening = controllers.listening();
            before.controllers().stream()
                    .filter(name -> !listening.contains(name))
                    .forEach(name ->
                            missing.add("controller " + name + " does not listen: " + controllers.reason(name)));
        }
        return String.join("; ", missing);
    }
}
