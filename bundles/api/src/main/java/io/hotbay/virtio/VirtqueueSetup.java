// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtio;

import io.hotbay.memory.GuestMemory;

/**
 * What a front-end has said about a ring.
 *
 * @param index number of the queue, from 0
 * @param size number of descriptors (SET_VRING_NUM)
 * @param descriptorAddress where the descriptors are, in the front-end's address space (SET_VRING_ADDR)
 * @param availableAddress where the available ring or the driver event area is
 * @param usedAddress where the used ring or the device event area is
 * @param base where to start (SET_VRING_BASE)
 * @param features what the driver has accepted
 * @param memory guest memory
 */
public record VirtqueueSetup(
        int index,
        int size,
        long descriptorAddress,
        long availableAddress,
        long usedAddress,
        int base,
        long features,
        GuestMemory memory) {}
