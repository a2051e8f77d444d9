// SPDX-License-Identifier: Apache-2.0
package io.hotbay.keeper.internal;

import io.hotbay.keeper.Keeper;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;

/**
 * Registers the keeper itself, without Declarative Services, which may be replaced as well. In the framework's name: when this bundle is
 * replaced, those that use it are stopped with it, and what they leave then must be there for their next lives. So the service stays as
 * long as anybody uses it after the next life of this bundle has registered another one, and the map with what is kept stays for ever.
 */
public final class Activator implements BundleActivator {
    private static final String KEPT = "io.hotbay.keeper.kept";
    /** Nobody keeps anything under this name. */
    private static final String SERVICES = "";

    @Override
    public void start(BundleContext context) throws InvalidSyntaxException {
        BundleContext framework =
                context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getBundleContext();
        Map<String, Object> kept = kept(framework);
        List<ServiceRegistration<?>> services = new ArrayList<>();
        services.add(framework.registerService(Keeper.class, new MemoryKeeper(kept), null));
        for (ServiceRegistration<?> former : services(kept)) {
            if (former.getReference().getUsingBundles() == null) {
                former.unregister();
            } else {
                services.add(former);
            }
        }
        kept.put(SERVICES, services.toArray(new ServiceRegistration<?>[0]));
    }

    private static List<ServiceRegistration<?>> services(Map<String, Object> kept) {
        return kept.get(SERVICES) instanceof ServiceRegistration<?>[] services ? List.of(services) : List.of();
    }

    /** All of it is made of classes of the JDK and the framework. */
    @SuppressWarnings("unchecked")
    private static Map<String, Object> kept(BundleContext framework) throws InvalidSyntaxException {
        @SuppressWarnings("rawtypes")
        Collection<ServiceReference<Map>> found = framework.getServiceReferences(Map.class, "(" + KEPT + "=true)");
        if (!found.isEmpty()) {
            return framework.getService(found.iterator().next());
        }
        Map<String, Object> kept = new ConcurrentHashMap<>();
        framework.registerService(Map.class, kept, new Hashtable<>(Map.of(KEPT, true)));
        return kept;
    }

    /** With the framework everything goes; the kernel closes the descriptors when the process ends. */
    @Override
    public void stop(BundleContext context) {}
}
