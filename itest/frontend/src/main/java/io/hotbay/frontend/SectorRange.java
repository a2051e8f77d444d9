// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

/**
 * A range of a discard or write-zeroes request (virtio 1.x, 5.2.6).
 *
 * @param sector its first sector
 * @param sectors how many
 * @param flags bit 0: unmap
 */
public record SectorRange(long sector, int sectors, int flags) {
    /** Bytes of a range in a request. */
    public static final int BYTES = 16;
    /** Flag: the range may be unmapped. */
    public static final int UNMAP = 1;
}
