// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** The product's components, as Declarative Services tells of them. */
final class Components {
    private Components() {}

    private static ServiceComponentRuntime runtime() {
        return Framework.service(ServiceComponentRuntime.class);
    }

    /** The components of the product's own bundles. */
    static Stream<ComponentDescriptionDTO> own() {
        return runtime().getComponentDescriptionDTOs(Framework.ownBundles().toArray(Bundle[]::new)).stream();
    }

    /** What has become of a component. */
    static List<ComponentConfigurationDTO> configurations(ComponentDescriptionDTO component) {
        return List.copyOf(runtime().getComponentConfigurationDTOs(component));
    }

    /** What has become of the configuration with a PID. */
    static Stream<ComponentConfigurationDTO> ofPid(String pid) {
        return own().map(Components::configurations)
                .flatMap(Collection::stream)
                .filter(each -> pid.equals(each.properties.get(Constants.SERVICE_PID)));
    }
}
