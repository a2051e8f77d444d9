// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevmalloc.internal;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.log.Logger;

/** What surrounds malloc bdevs: an allocator, configurations, and a keeper that can be restarted as the bundle is. */
final class Fixture {
    static final String PID = MallocDevice.FACTORY_PID + "~Malloc0";

    final FakeAllocator allocator = new FakeAllocator();
    final Logger logger = silent(Logger.class);
    /** Names of configured bdevs by PID. */
    final Map<String, String> configured = new HashMap<>();
    /** What their contents are kept under, where it is not the name. */
    final Map<String, String> storages = new HashMap<>();

    boolean configurationsUnreadable;
    LeaseKeeper keeper = newKeeper();

    record Settings(
            String hotbay_bdev_name,
            String size,
            int block__size,
            int physical__block__size,
            String uuid,
            boolean readonly,
            int numa__node)
            implements MallocDevice.Config {
        static Settings of(String name, String size) {
            return new Settings(name, size, 512, 0, "", false, -1);
        }

        Settings blockSize(int size) {
            return new Settings(hotbay_bdev_name, this.size, size, 0, uuid, readonly, numa__node);
        }

        Settings readOnly() {
            return new Settings(hotbay_bdev_name, size, block__size, 0, uuid, true, numa__node);
        }

        Settings size(String size) {
            return new Settings(hotbay_bdev_name, size, block__size, physical__block__size, uuid, readonly, numa__node);
        }

        Settings node(int node) {
            return new Settings(hotbay_bdev_name, size, block__size, 0, uuid, readonly, node);
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return MallocDevice.Config.class;
        }
    }

    private LeaseKeeper newKeeper() {
        return new LeaseKeeper(allocator, configurations(), logger);
    }

    /** As if the bundle had been stopped and started. */
    void restart() {
        keeper = newKeeper();
    }

    MallocDevice activate(Settings settings) throws IOException {
        return activate(PID, settings);
    }

    MallocDevice activate(String pid, Settings settings) throws IOException {
        configured.put(pid, settings.hotbay_bdev_name());
        return new MallocDevice(settings, propertiesOf(pid), keeper, logger);
    }

    /** Properties of a configuration, with what its contents are kept under. */
    Map<String, Object> propertiesOf(String pid) {
        Map<String, Object> all = new HashMap<>(properties(pid));
        if (storages.containsKey(pid)) {
            all.put("hotbay.bdev.storage", storages.get(pid));
        }
        return all;
    }

    static Map<String, Object> properties(String pid) {
        return Map.of("service.pid", pid);
    }

    /** Properties of a configuration that may cut contents off at a size. */
    static Map<String, Object> cutting(String size) {
        return Map.of("service.pid", PID, "hotbay.bdev.cut", size);
    }

    /** Deletes a configuration as Configuration Admin does: first it is gone, then listeners hear of it. */
    void deleteConfiguration(String pid) {
        configured.remove(pid);
        send(pid, MallocDevice.FACTORY_PID, ConfigurationEvent.CM_DELETED);
    }

    void send(String pid, String factoryPid, int type) {
        @SuppressWarnings("unchecked")
        ServiceReference<ConfigurationAdmin> source = silent(ServiceReference.class);
        keeper.configurationEvent(new ConfigurationEvent(source, type, factoryPid, pid));
    }

    private ConfigurationAdmin configurations() {
        return proxy(ConfigurationAdmin.class, arguments -> {
            if (configurationsUnreadable) {
                throw new IOException("no access");
            }
            Filter filter = FrameworkUtil.createFilter((String) arguments[0]);
            boolean found = configured.keySet().stream().anyMatch(pid -> filter.matches(stored(pid)));
            return found ? new Configuration[] {silent(Configuration.class)} : null;
        });
    }

    private Map<String, Object> stored(String pid) {
        Map<String, Object> stored = new HashMap<>(Map.of("hotbay.bdev.name", configured.get(pid)));
        if (storages.containsKey(pid)) {
            stored.put("hotbay.bdev.storage", storages.get(pid));
        }
        return stored;
    }

    private interface Answer {
        Object to(Object[] arguments) throws Exception;
    }

    private static <T> T silent(Class<T> type) {
        return proxy(type, arguments -> null);
    }

    private static <T> T proxy(Class<T> type, Answer answer) {
        Object proxy = Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> answer.to(arguments));
        return type.cast(proxy);
    }
}
