// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** All bundles of the product resolve and start together, and so do their components. */
class BundlesTest {
    private static final String REQUIRE = "require";

    @Test
    void shouldHaveAllOfTheProductsBundles() {
        assertThat(Framework.ownBundles())
                .extracting(bundle -> bundle.getSymbolicName().substring(Framework.OWN.length()))
                .contains(
                        "admin",
                        "api",
                        "bdev-malloc",
                        "bdev-null",
                        "deploy",
                        "health",
                        "hugepages",
                        "kata",
                        "linux",
                        "log",
                        "migrate",
                        "reactor",
                        "shell",
                        "vhost-user",
                        "virtio-blk",
                        "virtqueue");
    }

    @Test
    void shouldStartAllBundlesAndResolveAllFragments() {
        Map<String, Integer> wrong = new TreeMap<>();
        for (Bundle bundle : Framework.bundles()) {
            boolean fragment = bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null;
            if (bundle.getState() != (fragment ? Bundle.RESOLVED : Bundle.ACTIVE)) {
                wrong.put(bundle.getSymbolicName(), bundle.getState());
            }
        }

        assertThat(wrong).as("bundles in a wrong state").isEmpty();
    }

    @Test
    void shouldExportNoImplementation() {
        for (Bundle bundle : Framework.ownBundles()) {
            assertThat(bundle.getHeaders().get(Constants.EXPORT_PACKAGE))
                    .as(bundle.getSymbolicName())
                    .satisfiesAnyOf(exported -> assertThat(exported).isNull(), exported -> assertThat(exported)
                            .doesNotContain("internal", "jnr", "com.kenai"));
        }
    }

    @Test
    void shouldSatisfyEachComponentThatNeedsNoConfiguration() {
        List<ComponentDescriptionDTO> components = Components.own()
                .filter(component -> !component.configurationPolicy.equals(REQUIRE))
                .toList();
        assertThat(components).hasSizeGreaterThan(10);

        Await.asserted(() -> assertThat(components.stream().flatMap(BundlesTest::troubles))
                .as("components that cannot work")
                .isEmpty());
    }

    private static Stream<String> troubles(ComponentDescriptionDTO component) {
        List<ComponentConfigurationDTO> configurations = Components.configurations(component);
        if (configurations.isEmpty()) {
            return Stream.of(component.name + " has no configuration");
        }
        return configurations.stream()
                .filter(each ->
                        (each.state & (ComponentConfigurationDTO.ACTIVE | ComponentConfigurationDTO.SATISFIED)) == 0)
                .map(each -> component.name + " is in state " + each.state + ": " + each.failure);
    }
}
