// SPDX-License-Identifier: Apache-2.0
package io.hotbay.migrate.internal;

import io.hotbay.bdev.BlockDevice;
import java.io.IOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;

/** The bdevs in the registry, and the mirrors that stand before them. Any thread. */
final class Disks {
    private static final String ALL = "(" + Constants.OBJECTCLASS + "=" + BlockDevice.class.getName() + ")";
    /** Before every bdev that anybody has given a ranking. */
    private static final int FIRST = Integer.MAX_VALUE;

    private static final long RETURN_MILLIS = 5000;
    private static final long LOOK_MILLIS = 5;

    private final BundleContext context;
    private final Map<Mirror, ServiceRegistration<BlockDevice>> registrations = new ConcurrentHashMap<>();
    private final Map<Mirror, ServiceListener> listeners = new ConcurrentHashMap<>();

    Disks(BundleContext context) {
        this.context = context;
    }

    /** The service of a reference, or null when it is gone. */
    BlockDevice get(ServiceReference<BlockDevice> reference) {
        return context.getService(reference);
    }

    /** The bdev of a name that is no mirror, or null. */
    ServiceReference<BlockDevice> named(String name) {
        return find(reference -> name.equals(reference.getProperty(BlockDevice.NAME)));
    }

    /**
     * The bdev of a configuration, which may have been away for a moment.
     *
     * @throws IOException if it does not come back
     */
    ServiceReference<BlockDevice> find(String pid) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(RETURN_MILLIS);
        while (System.nanoTime() - deadline < 0) {
            ServiceReference<BlockDevice> found =
                    find(reference -> pid.equals(reference.getProperty(Constants.SERVICE_PID)));
            if (found != null && get(found) != null) {
                return found;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                throw new IOException("it was interrupted", e);
            }
        }
        throw new IOException("its source has gone");
    }

    private ServiceReference<BlockDevice> find(Predicate<ServiceReference<BlockDevice>> condition) {
        return references().stream()
                .filter(reference -> reference.getProperty(BlockDevice.MIRROR) == null)
                .filter(condition)
                .max(Comparator.naturalOrder())
                .orElse(null);
    }

    private Collection<ServiceReference<BlockDevice>> references() {
        try {
            return context.getServiceReferences(BlockDevice.class, null);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Puts a mirror before a bdev: whoever has that goes over to the mirror before this returns.
     *
     * @param leaving is told of each bdev that leaves, and has to let go of it
     * @param changed is told of each bdev whose properties have changed
     */
    void stand(
            Mirror mirror,
            ServiceReference<BlockDevice> source,
            String type,
            Consumer<ServiceReference<BlockDevice>> leaving,
            Consumer<ServiceReference<BlockDevice>> changed) {
        ServiceListener listener = event -> tell(event, leaving, changed);
        listeners.put(mirror, listener);
        try {
            context.addServiceListener(listener, ALL);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        Hashtable<String, Object> properties = new Hashtable<>();
        properties.put(BlockDevice.NAME, mirror.name());
        properties.put(BlockDevice.TYPE, type);
        properties.put(BlockDevice.MIRROR, true);
        properties.put(Constants.SERVICE_RANKING, FIRST);
        // so that users can tell when the bdev's configuration is deleted
        properties.put(Constants.SERVICE_PID, source.getProperty(Constants.SERVICE_PID));
        registrations.put(mirror, context.registerService(BlockDevice.class, mirror, properties));
    }

    @SuppressWarnings("unchecked")
    private static void tell(
            ServiceEvent event,
            Consumer<ServiceReference<BlockDevice>> leaving,
            Consumer<ServiceReference<BlockDevice>> changed) {
        ServiceReference<BlockDevice> reference = (ServiceReference<BlockDevice>) event.getServiceReference();
        if (event.getType() == ServiceEvent.UNREGISTERING) {
            leaving.accept(reference);
        } else if (event.getType() == ServiceEvent.MODIFIED) {
            changed.accept(reference);
        }
    }

    /** Takes a mirror away: whoever had it has let go of it before this returns. Nothing happens the second time. */
    void withdraw(Mirror mirror) {
        ServiceRegistration<BlockDevice> registration = registrations.remove(mirror);
        if (registration != null) {
            registration.unregister();
        }
    }

    /** Nothing that happens to bdevs is of interest to a mirror any more. */
    void forget(Mirror mirror) {
        ServiceListener listener = listeners.remove(mirror);
        if (listener != null) {
            context.removeServiceListener(listener);
        }
    }
}
