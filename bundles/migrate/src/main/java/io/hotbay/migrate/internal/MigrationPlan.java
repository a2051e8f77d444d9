// SPDX-License-Identifier: Apache-2.0
package io.hotbay.migrate.internal;

/**
 * What a migration is to do.
 *
 * @param bdev the bdev's name
 * @param sourceType its type
 * @param sourcePid PID of its configuration
 * @param destinationType the type it is to have
 * @param rate most bytes to copy in a second, 0 for no limit
 * @param leftover what is left of the destination if it is given up, to be said after the reason; or empty
 */
record MigrationPlan(
        String bdev, String sourceType, String sourcePid, String destinationType, long rate, String leftover) {
    private static final int SMALLEST_SHIFT = 18;
    private static final long MOST_REGIONS = 1 << 18;

    /** Regions of 256 KiB, and larger ones for disks of more than 64 GiB. */
    static int regionShift(long bytes) {
        int shift = SMALLEST_SHIFT;
        while (bytes >> shift > MOST_REGIONS) {
            shift++;
        }
        return shift;
    }
}
