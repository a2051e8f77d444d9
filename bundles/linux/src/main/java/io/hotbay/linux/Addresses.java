// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import io.hotbay.linux.internal.NativeMemory;
import java.nio.ByteBuffer;
import java.util.function.IntFunction;

/** Where direct buffers lie, for what takes addresses. Any thread. */
public final class Addresses {
    private Addresses() {}

    /** Where the data of a direct buffer begins, whatever its position. It lies there as long as the buffer is reachable. */
    public static long of(ByteBuffer direct) {
        return NativeMemory.addressOf(direct) - direct.position();
    }

    /** Where each of the buffers 0 to {@code count - 1} begins. */
    public static long[] of(int count, IntFunction<ByteBuffer> buffers) {
        long[] addresses = new long[count];
        for (int i = 0; i < count; i++) {
            addresses[i] = of(buffers.apply(i));
        }
        return addresses;
    }
}
