// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * One queue's way into a block device. All methods are called on one reactor thread; they must not block, allocate, lock or
 * log for an ordinary request. A channel keeps no reference to guest memory beyond a request's completion.
 */
@ConsumerType
public interface BlockChannel {
    /**
     * Takes the pending requests, slots {@code requests.pendingSlot(0)} to {@code requests.pendingSlot(requests.pending() - 1)}. For
     * each one {@link BlockRequests#complete} must be called exactly once, now or in a later {@link #poll()}. Ranges have
     * been checked: they lie on the device and on block boundaries. The caller empties the pending list afterwards.
     */
    void submit(BlockRequests requests);

    /**
     * Looks for requests that have finished meanwhile and completes them.
     *
     * @return how many were completed
     */
    default int poll() {
        return 0;
    }

    /**
     * A descriptor that becomes readable when {@link #poll()} has something to do, watched while the reactor sleeps; -1 when every
     * request completes inside {@link #submit}.
     */
    default int wakeDescriptor() {
        return -1;
    }

    /** Ends the channel. No request is in flight. */
    default void close() {}
}
