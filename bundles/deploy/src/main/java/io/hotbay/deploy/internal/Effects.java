// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.deploy.SwapPlan.Touched;
import io.hotbay.memory.HugepageAllocator;
import io.hotbay.reactor.Reactors;
import io.hotbay.target.Controller;
import io.hotbay.target.ControllerStatus;
import io.hotbay.target.QueueStatus;
import io.hotbay.virtio.VirtioDeviceType;
import io.hotbay.virtio.VirtqueueFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;

/** What stopping bundles means for others and for the controllers. */
final class Effects {
    /** What controllers need, whatever they export. */
    private static final Map<String, String> COMMON = Map.of(
            VirtqueueFactory.class.getName(), "virtqueues",
            Reactors.class.getName(), "reactors");

    private final BundleContext context;
    private final Controllers controllers;

    Effects(BundleContext context) {
        this.context = context;
        this.controllers = new Controllers(context);
    }

    /** A bundle and all that must be rewired with it. */
    Set<Bundle> closure(Bundle bundle) {
        FrameworkWiring wiring = context.getBundle(0).adapt(FrameworkWiring.class);
        Set<Bundle> closure = new TreeSet<>(Comparator.comparingLong(Bundle::getBundleId));
        closure.addAll(wiring.getDependencyClosure(List.of(bundle)));
        closure.add(bundle);
        return closure;
    }

    /** Whether a bundle is rewired with another one, or is that one. */
    boolean dependsOn(long id, long other) {
        Bundle bundle = context.getBundle(id);
        Bundle needed = context.getBundle(other);
        return bundle != null && needed != null && closure(needed).contains(bundle);
    }

    /** The same for a symbolic name; false if no bundle has it. */
    boolean dependsOn(long id, String other) {
        return Stream.of(context.getBundles())
                .filter(bundle -> other.equals(bundle.getSymbolicName()))
                .anyMatch(bundle -> dependsOn(id, bundle.getBundleId()));
    }

    /** Symbolic name of a bundle; empty when it is gone or has none. */
    String name(long id) {
        Bundle bundle = context.getBundle(id);
        return bundle == null || bundle.getSymbolicName() == null ? "" : bundle.getSymbolicName();
    }

    /** Symbolic names of the bundles that are wired to a bundle or use one of its services. */
    List<String> dependents(Bundle bundle) {
        BundleWiring wiring = bundle.adapt(BundleWiring.class);
        Stream<Bundle> wired = wiring == null
                ? Stream.of()
                : wiring.getProvidedWires(null).stream()
                        .map(wire -> wire.getRequirer().getBundle());
        Stream<Bundle> using = services(bundle).flatMap(Effects::users);
        return Stream.concat(wired, using)
                .filter(each -> each != null && !each.equals(bundle))
                .map(Bundle::getSymbolicName)
                .distinct()
                .sorted()
                .toList();
    }

    /** The controllers that pause when bundles are stopped, by name. */
    List<Touched> controllers(Set<Bundle> stopped) {
        List<Touched> touched = new ArrayList<>();
        for (ServiceReference<Controller> reference : controllers.references()) {
            Optional<ControllerStatus> status = controllers.status(reference);
            List<String> causes =
                    status.map(known -> causes(reference, known, stopped)).orElse(List.of());
            if (!causes.isEmpty()) {
                touched.add(new Touched(status.get().name(), running(status.get()), causes));
            }
        }
        touched.sort(Comparator.comparing(Touched::controller));
        return touched;
    }

    private static int running(ControllerStatus status) {
        return (int) status.sessions().stream()
                .flatMap(session -> session.queues().stream())
                .filter(QueueStatus::running)
                .count();
    }

    private List<String> causes(ServiceReference<Controller> controller, ControllerStatus status, Set<Bundle> stopped) {
        // The bundles that its requests pass through; what these use matters as well.
        Set<Bundle> path = new TreeSet<>(Comparator.comparingLong(Bundle::getBundleId));
        add(path, controller);
        List<ServiceReference<?>> needed = needed(status);
        needed.forEach(reference -> add(path, reference));

        Set<String> causes = new TreeSet<>();
        if (stopped.contains(controller.getBundle())) {
            causes.add("transport");
        }
        needed.stream()
                .filter(reference -> stopped.contains(reference.getBundle()))
                .forEach(reference -> causes.add(name(reference)));
        for (Bundle bundle : stopped) {
            services(bundle)
                    .filter(reference -> !needed.contains(reference) && !isOfOneController(reference))
                    .filter(reference -> users(reference).anyMatch(user -> path.contains(user) && !user.equals(bundle)))
                    .forEach(reference -> causes.add(name(reference)));
        }
        return List.copyOf(causes);
    }

    private static void add(Set<Bundle> path, ServiceReference<?> reference) {
        if (reference.getBundle() != null) {
            path.add(reference.getBundle());
        }
    }

    /** What serves a controller: its bdev, its device type, rings and reactors. */
    private List<ServiceReference<?>> needed(ControllerStatus status) {
        return Stream.of(context.getBundles())
                .flatMap(Effects::services)
                .filter(reference -> isNeeded(reference, status))
                .collect(Collectors.toList());
    }

    private static boolean isNeeded(ServiceReference<?> reference, ControllerStatus status) {
        return offers(reference, BlockDevice.class) && status.bdev().equals(reference.getProperty(BlockDevice.NAME))
                || offers(reference, VirtioDeviceType.class)
                        && status.type().equals(reference.getProperty(VirtioDeviceType.TYPE))
                || COMMON.keySet().stream()
                        .anyMatch(name -> interfaces(reference).contains(name));
    }

    /** The transport uses those of all controllers, so that it does tells nothing of a single one. */
    private static boolean isOfOneController(ServiceReference<?> reference) {
        return offers(reference, Controller.class)
                || offers(reference, BlockDevice.class)
                || offers(reference, VirtioDeviceType.class);
    }

    private static String name(ServiceReference<?> reference) {
        if (offers(reference, BlockDevice.class)) {
            return "bdev " + reference.getProperty(BlockDevice.NAME);
        }
        if (offers(reference, VirtioDeviceType.class)) {
            return "device type " + reference.getProperty(VirtioDeviceType.TYPE);
        }
        if (offers(reference, HugepageAllocator.class)) {
            return "hugepage allocator";
        }
        String first = interfaces(reference).get(0);
        return COMMON.getOrDefault(first, "service " + first.substring(first.lastIndexOf('.') + 1));
    }

    /** The bundles that use a service now. */
    Stream<Bundle> users(Class<?> type) {
        ServiceReference<?> reference = context.getServiceReference(type);
        return reference == null ? Stream.of() : users(reference);
    }

    private static boolean offers(ServiceReference<?> reference, Class<?> type) {
        return interfaces(reference).contains(type.getName());
    }

    private static List<String> interfaces(ServiceReference<?> reference) {
        return List.of((String[]) reference.getProperty(Constants.OBJECTCLASS));
    }

    private static Stream<ServiceReference<?>> services(Bundle bundle) {
        ServiceReference<?>[] services = bundle.getRegisteredServices();
        return services == null ? Stream.of() : Stream.of(services);
    }

    private static Stream<Bundle> users(ServiceReference<?> reference) {
        Bundle[] users = reference.getUsingBundles();
        return users == null ? Stream.of() : Stream.of(users);
    }
}
