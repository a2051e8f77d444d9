// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

import com.kenai.jffi.MemoryIO;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Memory outside the heap, for structures and for data on its way to or from the kernel. Lives as long as this object.
 */
public final class NativeMemory {
    private final ByteBuffer bytes;
    private final long address;

    public NativeMemory(int size) {
        bytes = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
        address = MemoryIO.getInstance().getDirectBufferAddress(bytes);
    }

    /** All of it, in the machine's byte order; zero at first. */
    public ByteBuffer bytes() {
        return bytes;
    }

    public long address() {
        return address;
    }

    /** Address of the next byte of a direct buffer. */
    public static long addressOf(ByteBuffer direct) {
        return MemoryIO.getInstance().getDirectBufferAddress(direct) + direct.position();
    }

    /** Makes foreign memory accessible, for as long as it is mapped. */
    public static ByteBuffer view(long address, int length) {
        return MemoryIO.getInstance().newDirectByteBuffer(address, length).order(ByteOrder.LITTLE_ENDIAN);
    }
}
