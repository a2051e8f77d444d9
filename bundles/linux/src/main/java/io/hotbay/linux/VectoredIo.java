// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static io.hotbay.linux.internal.Kernel.HOT;

/**
 * Reads and writes files at positions, from and to memory that an array of struct iovec lists; for the data path. Any thread;
 * nothing is allocated. All take the number of an open descriptor and return the number of bytes, or -1 when it did not work: whoever
 * wants to know why asks another way.
 */
public final class VectoredIo {
    // uapi/linux/fs.h
    private static final int RWF_NOWAIT = 8;

    private VectoredIo() {}

    /** preadv2(2) that waits as long as it takes. */
    public static long read(int file, long vectors, int count, long position) {
        return HOT.preadv2(file, vectors, count, position, 0);
    }

    /** The same, but -1 or fewer bytes instead of waiting for a device. */
    public static long readAtOnce(int file, long vectors, int count, long position) {
        return HOT.preadv2(file, vectors, count, position, RWF_NOWAIT);
    }

    /**
     * pwritev2(2) that waits as long as it takes. There is no other for files of a file system that can be frozen: the call waits for the thaw
     * whatever its flags say.
     */
    public static long write(int file, long vectors, int count, long position) {
        return HOT.pwritev2(file, vectors, count, position, 0);
    }
}
