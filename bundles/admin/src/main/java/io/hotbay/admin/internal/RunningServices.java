// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.target.Controller;
import io.hotbay.target.ControllerStatus;
import io.hotbay.virtio.VirtioDeviceType;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** The bdevs, controllers and device types that are services now. */
final class RunningServices {
    private final BundleContext context;

    RunningServices(BundleContext context) {
        this.context = context;
    }

    SortedSet<String> deviceTypes() {
        SortedSet<String> types = new TreeSet<>();
        references(VirtioDeviceType.class)
                .forEach(reference -> types.add(String.valueOf(reference.getProperty(VirtioDeviceType.TYPE))));
        return types;
    }

    /** Types of the bdevs, by name. */
    SortedMap<String, String> bdevs() {
        SortedMap<String, String> types = new TreeMap<>();
        references(BlockDevice.class)
                .forEach(reference -> types.put(
                        String.valueOf(reference.getProperty(BlockDevice.NAME)),
                        String.valueOf(reference.getProperty(BlockDevice.TYPE))));
        return types;
    }

    /** Capacity in bytes of a bdev that works. */
    Optional<Long> bdevSize(String name) {
        return askBdev(name, bdev -> bdev.blocks() * bdev.blockSize());
    }

    /** Asks a bdev that works. */
    <R> Optional<R> askBdev(String name, Function<BlockDevice, R> question) {
        return find(BlockDevice.class, BlockDevice.NAME, name).flatMap(reference -> call(reference, question));
    }

    /** Properties of a bdev that works. */
    Optional<Map<String, Object>> bdevProperties(String name) {
        // Asking for the service makes sure that there is a component behind a delayed one's reference.
        return find(BlockDevice.class, BlockDevice.NAME, name)
                .flatMap(reference -> call(reference, bdev -> properties(reference)));
    }

    Optional<ControllerStatus> controller(String name) {
        return find(Controller.class, Controller.NAME, name).flatMap(reference -> call(reference, Controller::status));
    }

    /** Number of sessions of a controller, to be asked also when it has left: they end after it. Always 0 if there is none. */
    IntSupplier sessionsOf(String name) {
        return find(Controller.class, Controller.NAME, name)
                .<IntSupplier>flatMap(reference ->
                        call(reference, each -> () -> each.status().sessions().size()))
                .orElse(() -> 0);
    }

    /** Properties of a controller, those of its status included. */
    Optional<Map<String, Object>> controllerProperties(String name) {
        return find(Controller.class, Controller.NAME, name)
                .flatMap(reference -> call(reference, controller -> {
                    Map<String, Object> properties =
                            new HashMap<>(controller.status().options());
                    properties.putAll(properties(reference));
                    return properties;
                }));
    }

    boolean hasBdev(String name) {
        return find(BlockDevice.class, BlockDevice.NAME, name).isPresent();
    }

    /** Whether the bdev of a configuration has a name. */
    boolean hasBdev(String name, String pid) {
        return references(BlockDevice.class).stream()
                .anyMatch(reference -> name.equals(reference.getProperty(BlockDevice.NAME))
                        && pid.equals(reference.getProperty(Constants.SERVICE_PID))
                        && reference.getProperty(BlockDevice.MIRROR) == null);
    }

    /** Whether a bdev is being migrated. */
    boolean hasMirror(String name) {
        return references(BlockDevice.class).stream()
                .anyMatch(reference -> name.equals(reference.getProperty(BlockDevice.NAME))
                        && reference.getProperty(BlockDevice.MIRROR) != null);
    }

    boolean hasController(String name) {
        return find(Controller.class, Controller.NAME, name).isPresent();
    }

    private <S> Optional<ServiceReference<S>> find(Class<S> service, String key, String name) {
        // By comparing, not by a filter: the name may hold anything.
        return references(service).stream()
                .filter(reference -> name.equals(reference.getProperty(key)))
                .sorted(Comparator.reverseOrder())
                .findFirst();
    }

    private <S> Collection<ServiceReference<S>> references(Class<S> service) {
        try {
            return context.getServiceReferences(service, null);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private <S, R> Optional<R> call(ServiceReference<S> reference, Function<S, R> question) {
        S service = context.getService(reference);
        if (service == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(question.apply(service));
        } finally {
            context.ungetService(reference);
        }
    }

    private static Map<String, Object> properties(ServiceReference<?> reference) {
        Map<String, Object> properties = new HashMap<>();
        for (String key : reference.getPropertyKeys()) {
            properties.put(key, reference.getProperty(key));
        }
        return properties;
    }
}
