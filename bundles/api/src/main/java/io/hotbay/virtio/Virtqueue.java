// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtio;

import io.hotbay.memory.GuestMemory;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A virtqueue as a device sees it: descriptor chains come in by their head, as lists of segments, and go back completed. All
 * checks of the ring and of guest addresses have been made. Used by one reactor thread.
 *
 * <p>The segments of a chain are in its order, readable ones first; empty buffers are left out; a buffer that crosses memory
 * regions is several segments. Virtio 1.x, sections 2.6 to 2.8.
 */
@ProviderType
public interface Virtqueue {
    /** Number of the queue in its device, from 0. */
    int index();

    /** Number of descriptors: heads are below it. */
    int size();

    /** The memory that handles refer to; it changes only while no chain is in flight. */
    GuestMemory memory();

    /**
     * Takes chains that the driver made available.
     *
     * @param heads receives their heads
     * @param limit how many at most, no more than {@code heads} holds
     * @return how many; 0 also when the ring is broken
     */
    int fetch(int[] heads, int limit);

    /** Number of segments of a chain in flight. */
    int segments(int head);

    /** How many of its segments are readable by the device; the others are writable. */
    int readableSegments(int head);

    /** Where a segment lies: a handle of {@link #memory()}, or {@link GuestMemory#NONE} if it lies outside guest memory. */
    long handle(int head, int segment);

    /** Length of a segment in bytes, at least 1. */
    int length(int head, int segment);

    /** Whether some segment of a chain lies outside guest memory. */
    boolean hasFault(int head);

    /**
     * Gives a chain back.
     *
     * @param written bytes the device has written to it, as an unsigned 32-bit figure
     */
    void complete(int head, int written);

    /**
     * Makes the completions since the last call visible to a driver that looks for them. Whether one that does not is notified is
     * decided by the {@link #publish} that must follow.
     */
    void show();

    /** Makes the completions since the last call visible to the driver, and decides whether it wants to be notified. */
    void publish();

    /**
     * Declares the ring broken: nothing is fetched or published any more until it is started anew.
     *
     * @param reason what the driver did wrong, for people
     */
    void fail(String reason);
}
