// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** The components of bundles, as the runtime of Declarative Services tells at the moment of the call; it is replaced as well. */
final class Components {
    private final BundleContext context;

    Components(BundleContext context) {
        this.context = context;
    }

    /** How many configurations of each component can work. Components that have none are left out. */
    Map<String, Integer> working(Collection<Bundle> bundles) {
        Map<String, Integer> working = new TreeMap<>();
        withRuntime(runtime -> descriptions(runtime, bundles).forEach(description -> {
            int number = (int) runtime.getComponentConfigurationDTOs(description).stream()
                    .filter(this::isWorking)
                    .count();
            if (number > 0) {
                working.merge(description.name, number, Integer::sum);
            }
        }));
        return working;
    }

    /** The PIDs of the configurations that can work, for each component. */
    Map<String, Set<String>> configurations(Collection<Bundle> bundles) {
        Map<String, Set<String>> configurations = new TreeMap<>();
        withRuntime(runtime -> descriptions(runtime, bundles)
                .flatMap(description -> runtime.getComponentConfigurationDTOs(description).stream())
                .filter(this::isWorking)
                .forEach(component -> {
                    if (component.properties.get(Constants.SERVICE_PID) instanceof String pid) {
                        configurations
                                .computeIfAbsent(component.description.name, name -> new TreeSet<>())
                                .add(pid);
                    }
                }));
        return configurations;
    }

    /** A component whose class cannot be loaded stays satisfied. An immediate one does so only then, or until it is activated. */
    private boolean isWorking(ComponentConfigurationDTO component) {
        boolean delayed = component.state == ComponentConfigurationDTO.SATISFIED
                && !component.description.immediate
                && unloadable(component.description).isEmpty();
        return delayed || component.state == ComponentConfigurationDTO.ACTIVE;
    }

    /** Why components cannot work: they were tried and failed, or their classes cannot be loaded, which the runtime tells the log only. */
    Map<String, String> failures(Collection<Bundle> bundles) {
        Map<String, String> failures = new TreeMap<>();
        withRuntime(runtime -> descriptions(runtime, bundles)
                .flatMap(description -> runtime.getComponentConfigurationDTOs(description).stream())
                .forEach(component ->
                        failure(component).ifPresent(why -> failures.putIfAbsent(component.description.name, why))));
        return failures;
    }

    private Optional<String> failure(ComponentConfigurationDTO component) {
        return switch (component.state) {
            case ComponentConfigurationDTO.FAILED_ACTIVATION ->
                Optional.of(OneLine.ofTrace(String.valueOf(component.failure)));
            case ComponentConfigurationDTO.SATISFIED -> unloadable(component.description);
            default -> Optional.empty();
        };
    }

    /** Loads the class as the runtime does, which needs the classes of its methods and fields too. */
    private Optional<String> unloadable(ComponentDescriptionDTO description) {
        Bundle bundle = context.getBundle(description.bundle.id);
        if (bundle == null || bundle.getState() != Bundle.ACTIVE) {
            return Optional.empty();
        }
        try {
            Class<?> type = bundle.loadClass(description.implementationClass);
            type.getDeclaredConstructors();
            type.getDeclaredMethods();
            type.getDeclaredFields();
            return Optional.empty();
        } catch (ClassNotFoundException | LinkageError e) {
            return Optional.of(reason(description.implementationClass, e));
        }
    }

    private static String reason(String type, Throwable failure) {
        // the framework's message is a long one about bundles that import what they do not use
        String missing = failure instanceof ClassNotFoundException
                ? type
                : String.valueOf(failure.getMessage()).replace('/', '.');
        return missing.equals(type)
                ? "its class " + type + " is not there"
                : "its class " + type + " cannot be loaded: "
                        + failure.getClass().getSimpleName() + " " + missing;
    }

    /** PIDs and factory PIDs of the configurations that components of Hotbay take. */
    SortedSet<String> configurationPids() {
        SortedSet<String> pids = new TreeSet<>();
        withRuntime(runtime -> runtime.getComponentDescriptionDTOs()
                .forEach(description -> Stream.of(description.configurationPid)
                        .filter(pid -> description.configurationPolicy == null
                                || !description.configurationPolicy.equals("ignore"))
                        .forEach(pids::add)));
        return pids;
    }

    private static Stream<ComponentDescriptionDTO> descriptions(
            ServiceComponentRuntime runtime, Collection<Bundle> bundles) {
        return runtime.getComponentDescriptionDTOs(bundles.toArray(new Bundle[0])).stream();
    }

    private void withRuntime(java.util.function.Consumer<ServiceComponentRuntime> question) {
        ServiceReference<ServiceComponentRuntime> reference =
                context.getServiceReference(ServiceComponentRuntime.class);
        ServiceComponentRuntime runtime = reference == null ? null : context.getService(reference);
        if (runtime == null) {
            return;
        }
        try {
            question.accept(runtime);
        } finally {
            context.ungetService(reference);
        }
    }
}
