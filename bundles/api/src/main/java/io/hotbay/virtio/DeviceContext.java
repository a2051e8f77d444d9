// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtio;

import io.hotbay.bdev.BlockDevice;
import java.util.List;
import java.util.Map;

/**
 * What a device is made from.
 *
 * @param name the controller's name
 * @param bdevs what stands behind it; one for a block device
 * @param options the controller's configuration; which keys are read is up to the device type
 */
public record DeviceContext(String name, List<BlockDevice> bdevs, Map<String, Object> options) {
    public DeviceContext {
        bdevs = List.copyOf(bdevs);
        options = Map.copyOf(options);
    }
}
