// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtio;

import io.hotbay.memory.GuestMemory;
import org.osgi.annotation.versioning.ProviderType;

/** A virtqueue as the transport that made it sees it. Used by one reactor thread at a time, except where noted. */
@ProviderType
public interface OwnedVirtqueue extends Virtqueue {
    /**
     * Asks the driver to notify when it makes chains available, then looks once more.
     *
     * @return true when none are available, so that the reactor may sleep
     */
    boolean arm();

    /** Asks the driver not to notify: the ring is being polled. */
    void disarm();

    /** Whether {@link #publish()} found since the last call of this method that the driver wants to be notified. */
    boolean takeSignal();

    /** The position to go on from, as GET_VRING_BASE reports it: the next index of the available ring. */
    int base();

    /** Number of chains completed since it was opened, counting on through all 32 bits. */
    int completed();

    /** Number of chains fetched and not yet completed. */
    int inFlight();

    /**
     * Goes on with another snapshot of guest memory, while no chain is in flight.
     *
     * @throws IllegalArgumentException if the ring does not lie in it; the queue must not be used until it does
     */
    void relocate(GuestMemory memory);

    /** Why the ring is broken, or null when it is not. Any thread. */
    String fault();
}
