// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.namespace.ExecutionEnvironmentNamespace;
import org.osgi.framework.namespace.IdentityNamespace;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;

/**
 * Compares what bundles require with what is offered, one requirement at a time. The framework's resolver, which looks at all of
 * them together, may still refuse what passes here; but it would only tell when the bundle has been replaced already, and less
 * readably.
 */
final class Requirements {
    private static final Pattern LOWER = Pattern.compile("\\(version>=([^)]*)\\)");
    private static final Pattern UPPER = Pattern.compile("\\(!\\(version>=([^)]*)\\)\\)");
    private static final Pattern PACKAGE = Pattern.compile("\\(" + PackageNamespace.PACKAGE_NAMESPACE + "=([^)]*)\\)");

    private final BundleContext context;

    Requirements(BundleContext context) {
        this.context = context;
    }

    /**
     * What a revision requires and neither it nor any bundle offers.
     *
     * @param replaced a bundle whose offers do not count, or null
     */
    List<String> unmet(BundleRevision revision, Bundle replaced) {
        List<String> unmet = new ArrayList<>();
        for (BundleRequirement requirement : revision.getDeclaredRequirements(null)) {
            if (isNeeded(requirement)
                    && !isOffered(requirement, revision.getDeclaredCapabilities(requirement.getNamespace()))
                    && !isOffered(requirement, others(requirement.getNamespace(), revision.getBundle(), replaced))) {
                unmet.add(text(requirement, others(requirement.getNamespace(), revision.getBundle(), replaced)));
            }
        }
        return unmet;
    }

    /** What bundles take from one that is to be replaced, and would get neither from its new revision nor from any other bundle. */
    List<String> broken(Bundle replaced, BundleRevision revision) {
        BundleWiring wiring = replaced.adapt(BundleWiring.class);
        List<String> broken = new ArrayList<>();
        for (BundleWire wire : wiring == null ? List.<BundleWire>of() : wiring.getProvidedWires(null)) {
            BundleRequirement requirement = wire.getRequirement();
            List<BundleCapability> fresh = revision.getDeclaredCapabilities(requirement.getNamespace());
            boolean other =
                    wire.getRequirer().getBundle().equals(replaced) || isNamespaceOfNames(requirement.getNamespace());
            if (!other
                    && isNeeded(requirement)
                    && !isOffered(requirement, fresh)
                    && !isOffered(requirement, others(requirement.getNamespace(), revision.getBundle(), replaced))) {
                broken.add(wire.getRequirer().getSymbolicName() + " " + text(requirement, fresh));
            }
        }
        return broken;
    }

    /** The trial revision has another name than the bundle, which must not count. */
    private static boolean isNamespaceOfNames(String namespace) {
        return namespace.equals(IdentityNamespace.IDENTITY_NAMESPACE)
                || namespace.equals(BundleRevision.BUNDLE_NAMESPACE)
                || namespace.equals(BundleRevision.HOST_NAMESPACE);
    }

    private static boolean isNeeded(BundleRequirement requirement) {
        Map<String, String> directives = requirement.getDirectives();
        String resolution = directives.getOrDefault(Constants.RESOLUTION_DIRECTIVE, Constants.RESOLUTION_MANDATORY);
        String effective = directives.getOrDefault(Constants.EFFECTIVE_DIRECTIVE, Constants.EFFECTIVE_RESOLVE);
        return resolution.equals(Constants.RESOLUTION_MANDATORY) && effective.equals(Constants.EFFECTIVE_RESOLVE);
    }

    private static boolean isOffered(BundleRequirement requirement, List<BundleCapability> capabilities) {
        return capabilities.stream().anyMatch(requirement::matches);
    }

    private List<BundleCapability> others(String namespace, Bundle trial, Bundle replaced) {
        return Stream.of(context.getBundles())
                .filter(bundle -> !bundle.equals(trial) && !bundle.equals(replaced))
                .map(bundle -> bundle.adapt(BundleRevision.class))
                .filter(revision -> revision != null)
                .flatMap(revision -> revision.getDeclaredCapabilities(namespace).stream())
                .toList();
    }

    // ---- for people

    private static String text(BundleRequirement requirement, List<BundleCapability> there) {
        String filter = requirement.getDirectives().getOrDefault(Constants.FILTER_DIRECTIVE, "");
        return switch (requirement.getNamespace()) {
            case PackageNamespace.PACKAGE_NAMESPACE -> packageText(filter, there);
            case ExecutionEnvironmentNamespace.EXECUTION_ENVIRONMENT_NAMESPACE -> "needs another Java: " + filter;
            default -> "requires " + requirement.getNamespace() + " " + filter + ", which nothing offers";
        };
    }

    private static String packageText(String filter, List<BundleCapability> there) {
        String name = first(PACKAGE, filter);
        List<String> offered = there.stream()
                .filter(each -> name.equals(each.getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE)))
                .map(each -> each.getAttributes().get(PackageNamespace.CAPABILITY_VERSION_ATTRIBUTE) + " of "
                        + each.getRevision().getSymbolicName())
                .toList();
        return "imports " + name + range(filter) + ", but "
                + (offered.isEmpty() ? "nothing exports it" : "there is " + String.join(" and ", offered));
    }

    /** The range of versions in a filter: " in [1.0.0,2.0.0)"; empty for any. */
    static String range(String filter) {
        String upper = first(UPPER, filter);
        String lower = first(LOWER, filter.replace("(!(version>=" + upper + "))", ""));
        if (upper.isEmpty()) {
            return lower.isEmpty() ? "" : " from " + lower + " on";
        }
        return " in [" + (lower.isEmpty() ? "0" : lower) + "," + upper + ")";
    }

    private static String first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : "";
    }
}
