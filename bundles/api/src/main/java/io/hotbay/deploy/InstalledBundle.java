// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy;

import java.util.List;

/**
 * A bundle that was installed and started.
 *
 * @param id its number
 * @param name its symbolic name
 * @param version its version
 * @param bdevTypes types of bdevs it brings
 * @param deviceTypes device types it brings
 */
public record InstalledBundle(long id, String name, String version, List<String> bdevTypes, List<String> deviceTypes) {
    public InstalledBundle {
        bdevTypes = List.copyOf(bdevTypes);
        deviceTypes = List.copyOf(deviceTypes);
    }
}
