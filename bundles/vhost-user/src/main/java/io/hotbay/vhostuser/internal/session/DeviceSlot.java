// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import io.hotbay.vhostuser.internal.ring.RingEnvironment;
import io.hotbay.vhostuser.internal.ring.RingTuning;

/**
 * The place where a session's device is, or was and will be again. All methods under the session's lock, except where
 * noted.
 */
public final class DeviceSlot {
    private volatile RingEnvironment environment;
    private volatile DeviceFacts facts;
    private int generation;

    /** Puts a device in, with everything that the driver has written to its configuration space. */
    public void fill(RingEnvironment next) {
        environment = next;
        configChanged();
    }

    /** Has rings that start from now on tuned in another way. */
    public void tune(RingTuning tuning) {
        if (environment != null) {
            environment = environment.with(tuning);
        }
    }

    /** Looks again at a device that has changed by itself. */
    public void configChanged() {
        if (environment == null) {
            return;
        }
        DeviceFacts now = DeviceFacts.of(environment);
        if (!now.sameConfig(facts)) {
            generation++;
        }
        facts = now;
    }

    /** Looks again at a device that the driver has changed, which is no news to it. */
    public void configWritten() {
        if (environment != null) {
            facts = DeviceFacts.of(environment);
        }
    }

    /** Takes the device out; no ring is running. What it said is kept. */
    public void clear() {
        environment = null;
    }

    /** What rings run with, or null while there is no device. Any thread. */
    public RingEnvironment environment() {
        return environment;
    }

    /** What the device says, or said last; null if there never was one. Any thread. */
    public DeviceFacts facts() {
        return facts;
    }

    /** Changes with each change of the configuration space that the driver has not made itself. */
    public int generation() {
        return generation;
    }
}
