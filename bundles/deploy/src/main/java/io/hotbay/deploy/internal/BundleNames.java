// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import io.hotbay.target.TargetException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Finds bundles by what people call them. */
final class BundleNames {
    private static final String OWN = "io.hotbay.";

    private BundleNames() {}

    /** A bundle by number, symbolic name, or the last part of a symbolic name of Hotbay's own. */
    static Bundle find(BundleContext context, String name) throws TargetException {
        List<Bundle> found = Stream.of(context.getBundles())
                .filter(bundle -> isNamed(bundle, name))
                .toList();
        if (found.isEmpty()) {
            throw new TargetException("no bundle has the name or number " + name + ": deploy:list tells all");
        }
        if (found.size() > 1) {
            throw new TargetException("there are " + found.size() + " bundles named " + name + ", numbers "
                    + found.stream().map(each -> "" + each.getBundleId()).collect(Collectors.joining(", "))
                    + ": give the number");
        }
        return found.get(0);
    }

    private static boolean isNamed(Bundle bundle, String name) {
        String symbolicName = bundle.getSymbolicName();
        return name.equals(symbolicName)
                || (OWN + name).equals(symbolicName)
                || name.equals(Long.toString(bundle.getBundleId()));
    }

    static String state(Bundle bundle) {
        return switch (bundle.getState()) {
            case Bundle.INSTALLED -> "installed";
            case Bundle.RESOLVED -> "resolved";
            case Bundle.STARTING -> "starting";
            case Bundle.ACTIVE -> "active";
            case Bundle.STOPPING -> "stopping";
            default -> "uninstalled";
        };
    }
}
