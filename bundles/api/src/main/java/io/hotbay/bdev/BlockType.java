// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

/** What a block request asks for. Small integers rather than an enum, because they are kept in primitive arrays. */
public final class BlockType {
    /** From the device into the segments. */
    public static final int READ = 0;
    /** From the segments to the device. */
    public static final int WRITE = 1;
    /** Makes all writes that completed before it was submitted durable. */
    public static final int FLUSH = 2;
    /** The contents of the range are no longer needed; it may read back as anything. */
    public static final int DISCARD = 3;
    /** The range reads back as zeros. */
    public static final int WRITE_ZEROES = 4;
    /** Ends everything the channel has under way, then completes. */
    public static final int RESET = 5;
    /** Number of types. */
    public static final int COUNT = 6;

    private static final String[] NAMES = {"read", "write", "flush", "discard", "write_zeroes", "reset"};

    private BlockType() {}

    /** The name used in commands and tables. */
    public static String name(int type) {
        return NAMES[type];
    }
}
