// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * One queue's way into a block device. All methods are called by one thread at a time, usually the reactor thread that opened
 * the channel; when another one takes over, what the former has done is visible to it. They must not block, allocate,
 * lock or log for an ordinary request. Several channels of a device work at the same time on several threads, and the order
 * of their requests is up to chance. A channel keeps no reference to guest memory beyond a request's completion.
 */
@ConsumerType
public interface BlockChannel {
    /**
     * Takes the pending requests, slots {@code requests.pendingSlot(0)} to {@code requests.pendingSlot(requests.pending() - 1)}. For
     * each one {@link BlockRequests#complete} must be called exactly once, now or in a later {@link #poll()}, in any order. The
     * caller empties the pending list afterwards.
     *
     * <p>Offsets and lengths are multiples of the block size that the device had when the channel was opened, and ranges
     * lay on the device then. A device whose capacity can change must check them again when it carries a request out, and complete
     * what lies beyond the end with {@link BlockStatus#OUT_OF_RANGE}. The lengths of the segments of a read or write add up to its length,
     * and each lies whole in one window of the guest's memory. An exception that is thrown here, also an InternalError because the
     * front-end has truncated the memory, ends the queue; it need not be caught.
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

    /** Ends the channel. No request is in flight, and no method is called any more. */
    default void close() {}
}
