// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.ring;

/**
 * What can be changed while rings run.
 *
 * @param histogram whether latencies are measured
 * @param delayBaseMicros how far apart calls are when a ring is twice as busy as the threshold, in microseconds; 0 if none is held back
 * @param iopsThreshold requests per second above which calls are held back
 */
public record RingTuning(boolean histogram, int delayBaseMicros, int iopsThreshold) {
    /** What {@code delay_base_us} may be at most. */
    public static final int MAX_DELAY_BASE_MICROS = 1_000_000;

    /** What {@code iops_threshold} must be at least: one request in each of the periods that are looked at. */
    public static final int MIN_IOPS_THRESHOLD = 100;

    /** What {@code iops_threshold} is if it is not given. */
    public static final int DEFAULT_IOPS_THRESHOLD = 60_000;

    /** As a controller has it that is not told otherwise. */
    public static final RingTuning DEFAULT = new RingTuning(false, 0, DEFAULT_IOPS_THRESHOLD);

    /**
     * Checks it.
     *
     * @throws IllegalArgumentException if a figure is out of range; the message names the option
     */
    public RingTuning {
        check("delay_base_us", delayBaseMicros, 0, MAX_DELAY_BASE_MICROS);
        check("iops_threshold", iopsThreshold, MIN_IOPS_THRESHOLD, Integer.MAX_VALUE);
    }

    private static void check(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(option + " is " + value + ": must be from " + least + " to " + most);
        }
    }

    /** Whether calls are ever held back. */
    boolean coalesces() {
        return delayBaseMicros > 0;
    }
}
