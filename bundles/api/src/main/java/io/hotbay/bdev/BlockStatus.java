// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

/** How a block request ended. Small integers, because they are kept in primitive arrays. */
public final class BlockStatus {
    /** Done. */
    public static final int OK = 0;
    /** Failed; nothing is known of the range's contents for a write. */
    public static final int IO_ERROR = 1;
    /** The device does not do requests of that type. */
    public static final int UNSUPPORTED = 2;
    /** The device is read-only. */
    public static final int READ_ONLY = 3;
    /** No space left behind a thin device. */
    public static final int NO_SPACE = 4;
    /** Beyond the end of the device, or not on a block boundary. */
    public static final int OUT_OF_RANGE = 5;
    /** Ended by a reset. */
    public static final int ABORTED = 6;

    private BlockStatus() {}
}
