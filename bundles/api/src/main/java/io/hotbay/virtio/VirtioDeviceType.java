// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtio;

import java.io.IOException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Makes devices of one type: the service a device type bundle offers, registered with the property {@link #TYPE}. Any thread.
 */
@ConsumerType
public interface VirtioDeviceType {
    /** Service property: the type's name in configurations, such as {@code blk}. */
    String TYPE = "hotbay.device.type";

    /**
     * Makes a device.
     *
     * @throws IOException if the bdevs or the options do not allow it; the message says why
     */
    VirtioDevice create(DeviceContext context) throws IOException;
}
