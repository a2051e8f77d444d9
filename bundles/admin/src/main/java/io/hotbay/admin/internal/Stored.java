// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.ResizableDevice;
import io.hotbay.target.Controller;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * A configuration that Configuration Admin holds.
 *
 * @param pid its PID
 * @param properties all its properties
 */
record Stored(String pid, Map<String, Object> properties) {
    Stored {
        properties = Map.copyOf(properties);
    }

    private String text(String key) {
        Object value = properties.get(key);
        return value == null ? "" : value.toString();
    }

    String bdevName() {
        return text(BlockDevice.NAME);
    }

    String bdevType() {
        String factoryPid = text(ConfigurationAdmin.SERVICE_FACTORYPID);
        return factoryPid.substring(BlockDevice.FACTORY_PID_PREFIX.length());
    }

    /** Name of the bdev in whose migration this one only takes a part, or "". */
    String migration() {
        return text(BlockDevice.MIGRATION);
    }

    /** The name that its contents are kept under. */
    String storage() {
        String storage = text(BlockDevice.STORAGE);
        return storage.isEmpty() ? bdevName() : storage;
    }

    /** Properties with which it is a bdev of its own again. */
    Map<String, Object> inCharge(String name) {
        Map<String, Object> changed = new LinkedHashMap<>(properties);
        changed.put(BlockDevice.NAME, name);
        changed.remove(BlockDevice.MIGRATION);
        return changed;
    }

    String controllerName() {
        return text(Controller.NAME);
    }

    String controllerType() {
        return text(Controller.TYPE);
    }

    String controllerBdev() {
        return text(Controller.BDEV);
    }

    /** The options among the properties, sorted. */
    Map<String, Object> options() {
        Map<String, Object> options = new TreeMap<>(properties);
        options.keySet().removeIf(key -> !MetatypeCatalogue.isOption(key));
        return options;
    }

    /**
     * Properties to put in place of these, with what others have written beside the options: File Install's file name. What was said
     * about contents that may be cut off does not count for another size.
     */
    Map<String, Object> replacedBy(Map<String, Object> wanted) {
        Map<String, Object> replaced = new LinkedHashMap<>(properties);
        replaced.keySet().removeIf(MetatypeCatalogue::isOption);
        replaced.remove(ResizableDevice.CUT);
        replaced.putAll(wanted);
        return replaced;
    }

    BdevEntry bdev() {
        return new BdevEntry(bdevType(), bdevName(), options());
    }

    ControllerEntry controller() {
        return new ControllerEntry(controllerType(), controllerName(), controllerBdev(), options());
    }
}
