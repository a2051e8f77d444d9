// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.target.Controller;
import io.hotbay.target.TargetException;
import java.io.IOException;
import java.util.Collections;
import java.util.Comparator;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** The target's configurations in Configuration Admin, whoever put them there. */
final class Configurations {
    /** Any bundle may be given the configuration: the one that knows its PID. */
    private static final String ANY_LOCATION = "?";

    private final ConfigurationAdmin admin;

    Configurations(ConfigurationAdmin admin) {
        this.admin = admin;
    }

    /** All bdevs, by name. */
    List<Stored> bdevs() throws TargetException {
        return list("(" + ConfigurationAdmin.SERVICE_FACTORYPID + "=" + BlockDevice.FACTORY_PID_PREFIX + "*)")
                .filter(stored -> !stored.bdevName().isEmpty())
                .sorted(Comparator.comparing(Stored::bdevName))
                .toList();
    }

    Optional<Stored> bdev(String name) throws TargetException {
        return bdevs().stream().filter(stored -> stored.bdevName().equals(name)).findFirst();
    }

    /** All controllers, by name. */
    List<Stored> controllers() throws TargetException {
        return list("(" + ConfigurationAdmin.SERVICE_FACTORYPID + "=" + Controller.FACTORY_PID + ")")
                .filter(stored -> !stored.controllerName().isEmpty())
                .sorted(Comparator.comparing(Stored::controllerName))
                .toList();
    }

    Optional<Stored> controller(String name) throws TargetException {
        return controllers().stream()
                .filter(stored -> stored.controllerName().equals(name))
                .findFirst();
    }

    /** The configuration of a PID, if there is one. */
    Optional<Stored> get(String pid) throws TargetException {
        return list("(" + Constants.SERVICE_PID + "=" + pid + ")").findFirst();
    }

    private Stream<Stored> list(String filter) throws TargetException {
        try {
            Configuration[] found = admin.listConfigurations(filter);
            return found == null ? Stream.empty() : Stream.of(found).flatMap(Configurations::stored);
        } catch (IOException e) {
            throw new TargetException("the stored configuration cannot be read: " + e.getMessage(), e);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Stream<Stored> stored(Configuration configuration) {
        Dictionary<String, Object> properties = configuration.getProperties();
        if (properties == null) {
            return Stream.empty();
        }
        Map<String, Object> map = new HashMap<>();
        Collections.list(properties.keys()).forEach(key -> map.put(key, properties.get(key)));
        return Stream.of(new Stored(configuration.getPid(), map));
    }

    /** Creates or replaces a configuration of a factory; its PID is {@code <factoryPid>~<name>}. */
    String putFactory(String factoryPid, String name, Map<String, Object> properties) throws TargetException {
        try {
            Configuration configuration = admin.getFactoryConfiguration(factoryPid, name, ANY_LOCATION);
            configuration.update(new Hashtable<>(properties));
            return configuration.getPid();
        } catch (IOException e) {
            throw notStored(factoryPid + "~" + name, e);
        }
    }

    /** Creates or replaces the configuration of a PID; one of a factory must exist. */
    void put(String pid, Map<String, Object> properties) throws TargetException {
        try {
            admin.getConfiguration(pid, ANY_LOCATION).update(new Hashtable<>(properties));
        } catch (IOException e) {
            throw notStored(pid, e);
        }
    }

    void delete(String pid) throws TargetException {
        try {
            admin.getConfiguration(pid, ANY_LOCATION).delete();
        } catch (IOException e) {
            throw notStored(pid, e);
        }
    }

    private static TargetException notStored(String pid, IOException e) {
        return new TargetException(
                "configuration " + pid + " cannot be stored (" + e.getMessage()
                        + "): check the rights and the free space of the state directory",
                e);
    }
}
