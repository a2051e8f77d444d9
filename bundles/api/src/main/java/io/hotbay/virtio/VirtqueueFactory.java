// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtio;

import org.osgi.annotation.versioning.ProviderType;

/** Makes virtqueues over guest memory. Any thread. */
@ProviderType
public interface VirtqueueFactory {
    /** Feature bits that its rings understand, to be offered beside those of the device. */
    long features();

    /** Largest ring, in descriptors. */
    int sizeLimit();

    /**
     * Opens a ring.
     *
     * @throws IllegalArgumentException if the size is not possible, or an address is misaligned or outside guest memory; the
     *     message says which
     */
    OwnedVirtqueue open(VirtqueueSetup setup);
}
