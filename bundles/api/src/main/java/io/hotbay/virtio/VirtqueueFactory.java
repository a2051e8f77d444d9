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
     * How much of the in-flight region a queue takes.
     *
     * @param size descriptors of the queue, 1 to {@link #sizeLimit()}
     * @param features what the driver has accepted: split and packed rings are tracked in different layouts
     * @return bytes, a multiple of 64
     */
    int inFlightBytes(int size, long features);

    /**
     * Opens a ring. If its part of the in-flight region holds requests that an earlier process had taken and not answered, they
     * are fetched first, in the order in which they had been taken; each one is answered once.
     *
     * @throws IllegalArgumentException if the size is not possible, an address is misaligned or outside guest memory, or the
     *     in-flight region is too small or makes no sense; the message says which
     */
    OwnedVirtqueue open(VirtqueueSetup setup);
}
