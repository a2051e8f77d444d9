// SPDX-License-Identifier: Apache-2.0
package io.hotbay.target;

/**
 * A queue of a session at one moment.
 *
 * @param index number of the queue
 * @param size descriptors in its ring, 0 before the front-end said
 * @param core the reactor that polls it, or -1
 * @param enabled whether the front-end has enabled it
 * @param running whether it is being polled
 * @param inFlight requests under way
 * @param fault why its ring is broken, or empty
 */
public record QueueStatus(
        int index, int size, int core, boolean enabled, boolean running, int inFlight, String fault) {}
