// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtio;

import io.hotbay.memory.DirtyLog;
import io.hotbay.memory.GuestMemory;
import java.nio.ByteBuffer;

/**
 * What a front-end has said about a ring.
 *
 * @param index number of the queue, from 0
 * @param size number of descriptors (SET_VRING_NUM)
 * @param descriptorAddress where the descriptors are, in the front-end's address space (SET_VRING_ADDR)
 * @param availableAddress where the available ring or the driver event area is
 * @param usedAddress where the used ring or the device event area is
 * @param base where to start (SET_VRING_BASE); ignored when {@code inFlight} knows better
 * @param features what the driver has accepted
 * @param memory guest memory
 * @param inFlight the queue's part of the in-flight region (SET_INFLIGHT_FD), at least
 *     {@link VirtqueueFactory#inFlightBytes} bytes, direct and little-endian; null when nothing is tracked. What an earlier
 *     process left in it is taken up again: see {@link VirtqueueFactory#open}
 * @param log where to note what is written to guest memory; null when nobody wants to know
 * @param usedLogAddress guest physical address under which writes to the used ring are noted (the log field of
 *     SET_VRING_ADDR), or {@link #USED_NOT_LOGGED}
 */
public record VirtqueueSetup(
        int index,
        int size,
        long descriptorAddress,
        long availableAddress,
        long usedAddress,
        int base,
        long features,
        GuestMemory memory,
        ByteBuffer inFlight,
        DirtyLog log,
        long usedLogAddress) {
    /** The used ring is not logged. */
    public static final long USED_NOT_LOGGED = -1;

    /** A ring that is neither tracked nor logged. */
    public VirtqueueSetup(
            int index,
            int size,
            long descriptorAddress,
            long availableAddress,
            long usedAddress,
            int base,
            long features,
            GuestMemory memory) {
        this(
                index,
                size,
                descriptorAddress,
                availableAddress,
                usedAddress,
                base,
                features,
                memory,
                null,
                null,
                USED_NOT_LOGGED);
    }
}
