// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.ring;

/**
 * What can be changed while rings run.
 *
 * @param histogram whether latencies are measured
 */
public record RingTuning(boolean histogram) {
    /** As a controller has it that is not told otherwise. */
    public static final RingTuning DEFAULT = new RingTuning(false);
}
