// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.target.Controller;
import io.hotbay.virtio.VirtioDeviceType;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A controller as it is wanted.
 *
 * @param type its device type
 * @param name its name
 * @param bdev name of the bdev behind it
 * @param options what else was said about it
 */
record ControllerEntry(String type, String name, String bdev, Map<String, Object> options) {
    /** Target filters of the references that vhost-user's controller component has. */
    private static final String BDEV_TARGET = "bdev.target";

    private static final String DEVICE_TYPE_TARGET = "deviceType.target";

    /** What goes into Configuration Admin. */
    Map<String, Object> properties() {
        Map<String, Object> properties = new LinkedHashMap<>(options);
        properties.put(Controller.NAME, name);
        properties.put(Controller.TYPE, type);
        properties.put(Controller.BDEV, bdev);
        properties.put(BDEV_TARGET, "(" + BlockDevice.NAME + "=" + bdev + ")");
        properties.put(DEVICE_TYPE_TARGET, "(" + VirtioDeviceType.TYPE + "=" + type + ")");
        return properties;
    }

    ControllerEntry withOptions(Map<String, Object> changed) {
        return new ControllerEntry(type, name, bdev, changed);
    }
}
