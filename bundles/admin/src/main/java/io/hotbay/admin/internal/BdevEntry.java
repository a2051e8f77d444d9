// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import io.hotbay.bdev.BlockDevice;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A bdev as it is wanted.
 *
 * @param type its type
 * @param name its name
 * @param options what else was said about it
 */
record BdevEntry(String type, String name, Map<String, Object> options) {
    String factoryPid() {
        return BlockDevice.FACTORY_PID_PREFIX + type;
    }

    /** What goes into Configuration Admin. */
    Map<String, Object> properties() {
        Map<String, Object> properties = new LinkedHashMap<>(options);
        properties.put(BlockDevice.NAME, name);
        properties.put(BlockDevice.TYPE, type);
        return properties;
    }

    BdevEntry withOptions(Map<String, Object> changed) {
        return new BdevEntry(type, name, changed);
    }
}
