// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.service.log.Logger;

class DroppedConfigurationsTest {
    private final List<String> asked = new ArrayList<>();

    /** Answers each method with what is given for its name, else null. */
    private <T> T fake(Class<T> type, Map<String, Object> answers) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, all) -> {
            if (type == ConfigurationAdmin.class) {
                asked.add(method.getName());
            }
            return answers.get(method.getName());
        }));
    }

    /** Configuration Admin makes a configuration that is asked for by its PID, and then it belongs to no factory. */
    @Test
    void shouldNotBringAConfigurationBackThatHasBeenDeletedMeanwhile() {
        ConfigurationAdmin admin = fake(ConfigurationAdmin.class, Map.of());
        Bundle system = fake(Bundle.class, Map.of("getState", Bundle.ACTIVE));
        BundleContext context = fake(
                BundleContext.class, Map.of("getBundle", system, "getService", admin, "ungetService", Boolean.TRUE));
        @SuppressWarnings("unchecked")
        ServiceReference<ConfigurationAdmin> reference = fake(ServiceReference.class, Map.of());

        new DroppedConfigurations(context, fake(Logger.class, Map.of()))
                .configurationEvent(new ConfigurationEvent(
                        reference,
                        ConfigurationEvent.CM_UPDATED,
                        "io.hotbay.vhost.controller",
                        "io.hotbay.vhost.controller~c"));

        assertThat(asked).containsExactly("listConfigurations");
    }

    /** Config Admin asks all configuration listeners, and SCR then loads their classes. */
    @Test
    void shouldBeThereWhereFileInstallIsNot() throws Exception {
        ClassLoader gateway = new WithoutFileInstall();

        Class<?> loaded = Class.forName(DroppedConfigurations.class.getName(), true, gateway);

        assertThat(loaded).isNotSameAs(DroppedConfigurations.class);
        assertThat(ConfigurationListener.class).isAssignableFrom(loaded);
    }

    /** Loads this bundle's classes anew, in a framework that lacks File Install. */
    private static final class WithoutFileInstall extends ClassLoader {
        WithoutFileInstall() {
            super(DroppedConfigurationsTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("org.apache.felix.fileinstall.")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith(DroppedConfigurations.class.getPackageName())) {
                return super.loadClass(name, resolve);
            }
            try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = file.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
