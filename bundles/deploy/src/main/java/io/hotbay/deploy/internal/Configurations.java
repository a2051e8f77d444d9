// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** The configurations of components, as Configuration Admin knows them at the moment of the call; it is replaced as well. */
final class Configurations {
    private final BundleContext context;

    Configurations(BundleContext context) {
        this.context = context;
    }

    /** Those of some PIDs whose configurations have been deleted; none as long as nobody knows. */
    Set<String> deleted(Collection<String> pids) {
        ServiceReference<ConfigurationAdmin> reference = context.getServiceReference(ConfigurationAdmin.class);
        ConfigurationAdmin admin = reference == null ? null : context.getService(reference);
        if (admin == null) {
            return Set.of();
        }
        try {
            Set<String> deleted = new HashSet<>(pids);
            Configuration[] all = admin.listConfigurations(null);
            if (all != null) {
                deleted.removeAll(Stream.of(all).map(Configuration::getPid).collect(Collectors.toSet()));
            }
            return deleted;
        } catch (IOException | InvalidSyntaxException | IllegalStateException e) {
            return Set.of();
        } finally {
            context.ungetService(reference);
        }
    }
}
