// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import io.hotbay.bdev.BlockDevice;

/**
 * What a controller knows of its bdev: it is there, or away for a while because its bundle is being swapped, or removed because
 * its configuration has been deleted.
 *
 * @param service the bdev, or null while it is away or removed
 * @param pid PID of the configuration it came from, or null when it has none or there never was a bdev
 * @param remains what stands in when it is removed, or null when there never was a bdev
 * @param removed whether its configuration has been deleted
 */
record BdevLink(BlockDevice service, String pid, BlockDevice remains, boolean removed) {
    static final BdevLink NONE = new BdevLink(null, null, null, false);

    /** The link to a bdev that is there. */
    static BdevLink to(BlockDevice service, String pid) {
        return new BdevLink(service, pid, new RemovedBdev(service), false);
    }

    /** Whether it is, or was, the bdev of a configuration. */
    boolean isOf(String otherPid) {
        return pid != null && pid.equals(otherPid);
    }

    /** The service leaves: for a while, as far as is known. */
    BdevLink without(BlockDevice leaving) {
        return service == leaving ? new BdevLink(null, pid, remains, removed) : this;
    }

    /** The configuration is deleted: the service will leave, if it has not yet, and not come back. */
    BdevLink deleted() {
        return new BdevLink(null, pid, remains, true);
    }
}
