// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import io.hotbay.linux.internal.IoVector;
import io.hotbay.linux.internal.NativeMemory;
import java.util.Objects;

/** An array of struct iovec outside the heap: where the pieces of a request's data lie. For one thread at a time. */
public final class IoVectors {
    /** Most vectors that the kernel takes in one request (IOV_MAX). */
    public static final int LIMIT = 1024;

    private final int capacity;
    private final NativeMemory memory;

    /** Makes an array with room for that many vectors. */
    public IoVectors(int capacity) {
        this.capacity = capacity;
        memory = new NativeMemory(IoVector.LENGTH * capacity);
    }

    /** Sets a vector. */
    public void set(int index, long address, long length) {
        Objects.checkIndex(index, capacity);
        IoVector.write(memory.bytes(), IoVector.LENGTH * index, address, length);
    }

    /** The address of a vector, for calls that take a list that begins with it. The array lives as long as this object. */
    public long address(int index) {
        return memory.address() + (long) IoVector.LENGTH * index;
    }

    /** Number of vectors. */
    public int capacity() {
        return capacity;
    }
}
