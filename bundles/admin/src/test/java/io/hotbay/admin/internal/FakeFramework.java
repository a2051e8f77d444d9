// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.ByteSize;
import io.hotbay.bdev.ResizableDevice;
import io.hotbay.target.Controller;
import io.hotbay.target.ControllerStatus;
import io.hotbay.target.SessionStatus;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;
import org.osgi.service.log.Logger;

/**
 * Configuration Admin, the component runtime and the service registry as far as the target uses them: each configuration is at
 * once a component with a service, unless its name begins with Broken (it fails) or Waiting (it waits, or is not satisfied).
 */
final class FakeFramework {
    static final String BROKEN_TRACE = "java.io.IOException: no room for it\n\tat x.Y.z(Y.java:1)\n";

    /** A malloc bdev refuses to become larger. */
    static final long ROOM = 1L << 30;

    final Map<String, Map<String, Object>> configurations = new TreeMap<>();
    final List<String> history = new ArrayList<>();
    /** The configurations there were each time when all had dealt with them. */
    final List<String> barriers = new ArrayList<>();

    /** What components have been given, and nobody may look at before all have dealt with it: they would keep what they had. */
    private final Set<String> beingTaken = new HashSet<>();
    /** Configurations whose components did not take them. */
    private final Set<String> mistaken = new HashSet<>();
    /** How many more configurations are mistaken because somebody else looked. */
    int mistakes;

    List<SessionStatus> sessions = List.of();
    /** Whether sessions go on when their controller has been deleted. */
    boolean sessionsStay;
    /** Where the contents of malloc bdevs end. */
    long dataEnd;

    /** A target that is not patient. */
    ConfiguredTarget target() {
        return new ConfiguredTarget(
                new Configurations(fake(ConfigurationAdmin.class, this::configurationAdmin)),
                new ComponentStates(fake(ServiceComponentRuntime.class, this::runtime)),
                new RunningServices(fake(BundleContext.class, this::context)),
                (components, services) -> new FakeCatalogue(),
                this::barrier,
                fake(Logger.class, (proxy, method, arguments) -> null),
                Duration.ofMillis(50));
    }

    private void barrier() {
        barriers.add(configurations.keySet().toString());
        beingTaken.clear();
    }

    private static <T> T fake(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, all) -> {
            return switch (method.getName()) {
                case "hashCode" -> System.identityHashCode(proxy);
                case "equals" -> proxy == all[0];
                case "toString" -> type.getSimpleName();
                default -> handler.invoke(proxy, method, all);
            };
        }));
    }

    private Object configurationAdmin(Object proxy, java.lang.reflect.Method method, Object[] arguments)
            throws Exception {
        return switch (method.getName()) {
            case "getFactoryConfiguration" -> configuration(arguments[0] + "~" + arguments[1]);
            case "getConfiguration" -> configuration((String) arguments[0]);
            case "listConfigurations" -> {
                var filter = FrameworkUtil.createFilter((String) arguments[0]);
                yield configurations.entrySet().stream()
                        .filter(entry -> filter.matches(entry.getValue()))
                        .map(entry -> configuration(entry.getKey()))
                        .toArray(Configuration[]::new);
            }
            default -> throw new UnsupportedOperationException(method.getName());
        };
    }

    private Configuration configuration(String pid) {
        return fake(Configuration.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "getPid" -> pid;
            case "getProperties" -> new Hashtable<>(configurations.get(pid));
            case "update" -> put(pid, (Dictionary<?, ?>) arguments[0]);
            case "delete" -> {
                history.add("delete " + pid);
                yield configurations.remove(pid) == null ? null : null;
            }
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    private Object put(String pid, Dictionary<?, ?> properties) {
        history.add("put " + pid);
        Map<String, Object> stored = new HashMap<>();
        Collections.list(properties.keys()).forEach(key -> stored.put((String) key, properties.get(key)));
        stored.put("service.pid", pid);
        if (pid.contains("~")) {
            stored.put("service.factoryPid", pid.substring(0, pid.indexOf('~')));
        }
        configurations.put(pid, stored);
        beingTaken.add(pid);
        mistaken.remove(pid);
        if (mistakes > 0) {
            mistakes--;
            mistaken.add(pid);
        }
        return null;
    }

    private Object runtime(Object proxy, java.lang.reflect.Method method, Object[] arguments) {
        if (method.getName().equals("getComponentDescriptionDTOs")) {
            ComponentDescriptionDTO description = new ComponentDescriptionDTO();
            description.configurationPid = new String[] {"io.hotbay"};
            description.immediate = true;
            description.properties = Map.of();
            return List.of(description);
        }
        mistaken.addAll(beingTaken);
        return taken().map(this::component).toList();
    }

    private Stream<Map<String, Object>> taken() {
        return configurations.entrySet().stream()
                .filter(entry -> !mistaken.contains(entry.getKey()))
                .map(Map.Entry::getValue);
    }

    private ComponentConfigurationDTO component(Map<String, Object> configuration) {
        ComponentConfigurationDTO component = new ComponentConfigurationDTO();
        component.properties = new HashMap<>(configuration);
        component.properties.replaceAll((key, value) -> value instanceof String[] several ? several.clone() : value);
        component.unsatisfiedReferences = new UnsatisfiedReferenceDTO[0];
        boolean broken = name(configuration).startsWith("Broken");
        component.state = broken ? ComponentConfigurationDTO.FAILED_ACTIVATION : ComponentConfigurationDTO.ACTIVE;
        component.failure = broken ? BROKEN_TRACE : null;
        return component;
    }

    private static String name(Map<String, Object> configuration) {
        return String.valueOf(configuration.getOrDefault(Controller.NAME, configuration.get(BlockDevice.NAME)));
    }

    private Object context(Object proxy, java.lang.reflect.Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "getServiceReferences" -> references((Class<?>) arguments[0]);
            case "getService" -> service((ServiceReference<?>) arguments[0]);
            case "ungetService" -> true;
            default -> throw new UnsupportedOperationException(method.getName());
        };
    }

    private List<ServiceReference<?>> references(Class<?> type) {
        String key = type == BlockDevice.class ? BlockDevice.NAME : Controller.NAME;
        List<ServiceReference<?>> references = new ArrayList<>();
        taken().filter(configuration ->
                        configuration.containsKey(key) && !name(configuration).startsWith("Broken"))
                .forEach(configuration -> references.add(reference(configuration)));
        return references;
    }

    private static ServiceReference<?> reference(Map<String, Object> properties) {
        return fake(ServiceReference.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "getProperty" -> properties.get(arguments[0]);
            case "getPropertyKeys" -> properties.keySet().toArray(String[]::new);
            case "compareTo" -> 0;
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    private Object service(ServiceReference<?> reference) {
        if (reference.getProperty(Controller.NAME) != null) {
            return fake(Controller.class, (proxy, method, arguments) -> status(reference));
        }
        long size = ByteSize.parse(String.valueOf(reference.getProperty("size")));
        boolean resizable =
                String.valueOf(reference.getProperty("service.factoryPid")).endsWith("malloc");
        Class<? extends BlockDevice> type = resizable ? ResizableDevice.class : BlockDevice.class;
        return fake(type, (proxy, method, arguments) -> switch (method.getName()) {
            case "name" -> reference.getProperty(BlockDevice.NAME);
            case "blocks" -> size / 4096;
            case "blockSize" -> 4096;
            case "dataEnd" -> Math.max((long) arguments[0], dataEnd);
            case "refusedResize" -> Optional.ofNullable(size > ROOM ? "no room for so much" : null);
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    private ControllerStatus status(ServiceReference<?> reference) {
        String name = (String) reference.getProperty(Controller.NAME);
        Object bdev = reference.getProperty(Controller.BDEV);
        boolean removed = !name.startsWith("Stubborn")
                && configurations.values().stream().noneMatch(each -> bdev.equals(each.get(BlockDevice.NAME)));
        boolean waits = name.startsWith("Waiting") || removed;
        return new ControllerStatus(
                name,
                (String) reference.getProperty(Controller.TYPE),
                (String) reference.getProperty(Controller.BDEV),
                "/run/" + name,
                waits ? ControllerStatus.State.WAITING : ControllerStatus.State.LISTENING,
                waits ? "no reactor runs" : "",
                1,
                256,
                "",
                Map.of(),
                sessionsStay || isConfigured(name) ? sessions : List.of());
    }

    private boolean isConfigured(String controller) {
        return configurations.values().stream().anyMatch(each -> controller.equals(each.get(Controller.NAME)));
    }
}
