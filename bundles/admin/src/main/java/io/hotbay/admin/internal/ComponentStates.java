// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Constants;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/** What the runtime of Declarative Services knows of the components of a configuration. */
final class ComponentStates {
    private final ServiceComponentRuntime runtime;

    ComponentStates(ServiceComponentRuntime runtime) {
        this.runtime = runtime;
    }

    /** Default properties of the component that takes configurations of a PID. */
    Map<String, Object> defaults(String pid) {
        Map<String, Object> defaults = new HashMap<>();
        descriptions()
                .filter(description ->
                        Arrays.asList(description.configurationPid).contains(pid))
                .forEach(description -> defaults.putAll(description.properties));
        return defaults;
    }

    /** Whether a component has the configuration, in whatever state. */
    boolean exists(String pid) {
        return components(pid).findAny().isPresent();
    }

    /**
     * Whether the service of a component may be asked for. One that is about to be activated must be left alone: asking for it
     * would activate it once more when it fails.
     */
    boolean mayBeAsked(String pid) {
        List<ComponentConfigurationDTO> components = components(pid).toList();
        return components.isEmpty() || components.stream().anyMatch(ComponentStates::mayBeAsked);
    }

    private static boolean mayBeAsked(ComponentConfigurationDTO component) {
        boolean delayed = component.state == ComponentConfigurationDTO.SATISFIED && !component.description.immediate;
        return delayed || component.state == ComponentConfigurationDTO.ACTIVE;
    }

    /** Properties of a component that has the configuration. */
    Optional<Map<String, Object>> properties(String pid) {
        return components(pid).map(component -> component.properties).findFirst();
    }

    /** Whether there is a component for a configuration, and yet none shows its properties. */
    boolean mistook(String pid, Map<String, Object> properties) {
        return descriptions().anyMatch(description -> takes(description, pid))
                && components(pid).noneMatch(component -> shows(component.properties, properties));
    }

    private static boolean shows(Map<String, Object> shown, Map<String, Object> wanted) {
        return wanted.entrySet().stream()
                .allMatch(each -> text(each.getValue()).equals(text(shown.get(each.getKey()))));
    }

    /** Of arrays as well. */
    private static String text(Object value) {
        return Arrays.deepToString(new Object[] {value});
    }

    /** Why no component with the configuration could be activated, if that is so. */
    Optional<String> failure(String pid) {
        List<ComponentConfigurationDTO> components = components(pid).toList();
        if (components.stream().anyMatch(component -> component.state == ComponentConfigurationDTO.ACTIVE)) {
            return Optional.empty();
        }
        return components.stream()
                .filter(component -> component.state == ComponentConfigurationDTO.FAILED_ACTIVATION)
                .map(component -> FailureText.of(String.valueOf(component.failure)))
                .findFirst();
    }

    /** What keeps a component from being activated, for people. */
    String obstacle(String pid) {
        List<ComponentConfigurationDTO> components = components(pid).toList();
        if (components.isEmpty()) {
            return "no bundle that is started takes it";
        }
        String missing = components.stream()
                .flatMap(component -> Arrays.stream(component.unsatisfiedReferences)
                        .map(reference -> missing(component.description, reference)))
                .distinct()
                .collect(Collectors.joining(" and "));
        return missing.isEmpty() ? "it is busy" : "it waits for " + missing;
    }

    private static String missing(ComponentDescriptionDTO description, UnsatisfiedReferenceDTO unsatisfied) {
        String what = Arrays.stream(description.references)
                .filter(reference -> reference.name.equals(unsatisfied.name))
                .map(ComponentStates::simpleName)
                .findFirst()
                .orElse(unsatisfied.name);
        return unsatisfied.target == null ? "a " + what : "a " + what + " with " + unsatisfied.target;
    }

    private static String simpleName(ReferenceDTO reference) {
        return reference.interfaceName.substring(reference.interfaceName.lastIndexOf('.') + 1);
    }

    private Stream<ComponentConfigurationDTO> components(String pid) {
        return descriptions()
                .filter(description -> takes(description, pid))
                .flatMap(description -> runtime.getComponentConfigurationDTOs(description).stream())
                .filter(component -> has(component.properties.get(Constants.SERVICE_PID), pid));
    }

    private Stream<ComponentDescriptionDTO> descriptions() {
        return runtime.getComponentDescriptionDTOs().stream();
    }

    private static boolean takes(ComponentDescriptionDTO description, String pid) {
        return Arrays.stream(description.configurationPid).anyMatch(taken -> pid.startsWith(taken));
    }

    private static boolean has(Object pids, String pid) {
        return pids instanceof Collection<?> several ? several.contains(pid) : pid.equals(pids);
    }
}
