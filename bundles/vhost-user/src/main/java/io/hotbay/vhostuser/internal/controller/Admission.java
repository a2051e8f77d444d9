// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import io.hotbay.vhostuser.internal.ring.RingEnvironment;
import java.io.IOException;

/** What a controller is able to give its front-ends: all services are there, the settings are checked. */
record Admission(ControllerSettings settings, SessionPolicy policy, ControllerServices services) {
    /**
     * Makes a device. Each session has one of its own, so that what one guest does to it, a reset or the switch of its write cache,
     * is nothing to the others; what they share is the bdev.
     *
     * @throws IOException if the device type cannot make it
     * @throws IllegalArgumentException if the cores have no reactor
     */
    RingEnvironment device() throws IOException {
        return services.environment(settings);
    }
}
