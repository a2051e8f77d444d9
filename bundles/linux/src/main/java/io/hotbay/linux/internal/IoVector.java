// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

import java.nio.ByteBuffer;

/** struct iovec (uapi/linux/uio.h) of 64-bit machines: where data lies and how much. */
public final class IoVector {
    public static final int LENGTH = 16;

    private static final int BASE = 0;
    private static final int SIZE = 8;

    private IoVector() {}

    public static void write(ByteBuffer bytes, int at, long address, long length) {
        bytes.putLong(at + BASE, address);
        bytes.putLong(at + SIZE, length);
    }
}
