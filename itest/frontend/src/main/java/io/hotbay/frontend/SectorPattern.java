// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Content that tells where it belongs: each 8 bytes depend on their place on the disk and on a salt. */
public final class SectorPattern {
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private SectorPattern() {}

    /** The 8 bytes at a multiple of 8 on the disk. */
    public static long word(long position, long salt) {
        long mixed = (position + salt * GOLDEN) * GOLDEN;
        return mixed ^ mixed >>> 29;
    }

    /** Content of a range of sectors. */
    public static byte[] of(long sector, int length, long salt) {
        ByteBuffer content = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < length; i += Long.BYTES) {
            content.putLong(i, word(sector * BlockDriver.SECTOR + i, salt));
        }
        return content.array();
    }

    /** Fills guest memory with the content of a range of sectors. */
    public static void fill(ByteBuffer memory, int at, long sector, int length, long salt) {
        for (int i = 0; i < length; i += Long.BYTES) {
            memory.putLong(at + i, word(sector * BlockDriver.SECTOR + i, salt));
        }
    }

    /** Whether guest memory holds the content of a range of sectors. */
    public static boolean matches(ByteBuffer memory, int at, long sector, int length, long salt) {
        for (int i = 0; i < length; i += Long.BYTES) {
            if (memory.getLong(at + i) != word(sector * BlockDriver.SECTOR + i, salt)) {
                return false;
            }
        }
        return true;
    }
}
