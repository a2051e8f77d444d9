// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.util.List;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.osgi.framework.startlevel.BundleStartLevel;

/**
 * In which order bundles start, and the other way round stop: front-ends are let go before what serves them, and what people
 * talk to goes first.
 */
final class StartLevels {
    /** The OSGi services, and the log. */
    static final int SERVICES = 1;
    /** What stands behind a controller: memory, reactors, rings, device types, bdevs. */
    static final int BACKENDS = 2;
    /** What front-ends talk to. */
    static final int TRANSPORTS = 3;
    /** What tells others of controllers. */
    private static final int STORES = 4;
    /** What loads the configuration file. */
    static final int CONFIGURATION = 5;
    /** What people talk to. */
    static final int SHELLS = 6;

    static final int LAST = SHELLS;

    /** In a successor: all that needs nothing of which only one process may have it. It waits here for its predecessor. */
    static final int PREPARED = TRANSPORTS;
    /** In a successor: the files of leases, then the configurations, by which everything else comes into being; then the shells. */
    private static final int TAKEN_MEMORY = PREPARED + 1;

    private static final int TAKEN_CONFIGURATION = TAKEN_MEMORY + 1;
    static final int TAKEN_OVER = TAKEN_CONFIGURATION + 1;

    private static final String OWN = "io.hotbay.";
    /** The log, what warms up in the background while others start, and what stays while others are handed over or stopped. */
    private static final Set<String> EARLY_BUNDLES =
            Set.of("io.hotbay.log", "io.hotbay.linux", "io.hotbay.keeper", "io.hotbay.guard", "io.hotbay.upgrade");

    private static final String TRANSPORT_BUNDLE = "io.hotbay.vhost-user";
    private static final String STORE_BUNDLE = "io.hotbay.kata";
    private static final String CONFIGURATION_BUNDLE = "io.hotbay.admin";
    private static final Set<String> SHELL_BUNDLES =
            Set.of("io.hotbay.bench", "io.hotbay.deploy", "io.hotbay.health", "io.hotbay.shell");

    /** What only people and deployments need does not keep the disks waiting. */
    private static final List<String> SHELL_PREFIXES = List.of(
            "org.apache.felix.gogo",
            "org.apache.felix.fileinstall",
            "org.apache.felix.healthcheck",
            "org.jline",
            "picocli",
            "slf4j");

    private StartLevels() {}

    static void assign(Bundle bundle) {
        bundle.adapt(BundleStartLevel.class).setStartLevel(of(bundle.getSymbolicName()));
    }

    /** The order in a successor: what only one process may have comes last. */
    static void assignInSuccessor(Bundle bundle) {
        bundle.adapt(BundleStartLevel.class).setStartLevel(inSuccessor(bundle.getSymbolicName()));
    }

    private static int inSuccessor(String name) {
        return switch (name) {
            case "io.hotbay.hugepages" -> TAKEN_MEMORY;
            case "org.apache.felix.configadmin", STORE_BUNDLE -> TAKEN_CONFIGURATION;
            default -> of(name) > PREPARED ? TAKEN_OVER : of(name);
        };
    }

    private static int of(String name) {
        if (name.equals(TRANSPORT_BUNDLE)) {
            return TRANSPORTS;
        }
        if (name.equals(STORE_BUNDLE)) {
            return STORES;
        }
        if (name.equals(CONFIGURATION_BUNDLE)) {
            return CONFIGURATION;
        }
        if (SHELL_BUNDLES.contains(name) || SHELL_PREFIXES.stream().anyMatch(name::startsWith)) {
            return SHELLS;
        }
        return name.startsWith(OWN) && !EARLY_BUNDLES.contains(name) ? BACKENDS : SERVICES;
    }
}
