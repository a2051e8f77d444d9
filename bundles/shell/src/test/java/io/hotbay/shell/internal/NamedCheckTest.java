// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import org.apache.felix.hc.api.HealthCheck;
import org.junit.jupiter.api.Test;
import org.osgi.framework.ServiceReference;

class NamedCheckTest {
    @Test
    void shouldTakeTagsHoweverTheyWereRegistered() {
        assertThat(named(Map.of("hc.name", "a", "hc.tags", "one")).tags()).containsExactly("one");
        assertThat(named(Map.of("hc.name", "a", "hc.tags", new String[] {"one", "two"}))
                        .tags())
                .containsExactly("one", "two");
        assertThat(named(Map.of("hc.name", "a", "hc.tags", List.of("one", "two")))
                        .tags())
                .containsExactly("one", "two");
        assertThat(named(Map.of("hc.name", "a")).tags()).isEmpty();
    }

    @Test
    void shouldNameANamelessCheckByItsService() {
        assertThat(named(Map.of("hc.name", "rings")).name()).isEqualTo("rings");
        assertThat(named(Map.of("service.id", 42L)).name()).isEqualTo("service 42");
    }

    @Test
    void shouldAnswerToItsNameAndItsTags() {
        NamedCheck check = named(Map.of("hc.name", "rings", "hc.tags", "hotbay"));

        assertThat(List.of("rings", "hotbay")).allMatch(check::answersTo);
        assertThat(check.answersTo("ring")).isFalse();
    }

    @SuppressWarnings("unchecked")
    private static NamedCheck named(Map<String, Object> properties) {
        ServiceReference<HealthCheck> reference = (ServiceReference<HealthCheck>) Proxy.newProxyInstance(
                ServiceReference.class.getClassLoader(),
                new Class<?>[] {ServiceReference.class},
                (proxy, method, arguments) -> properties.get(arguments[0]));
        return NamedCheck.of(reference, () -> null);
    }
}
