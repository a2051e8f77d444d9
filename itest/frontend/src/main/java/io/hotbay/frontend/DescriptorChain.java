// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.util.Arrays;

/** The buffers of one request in their order; made once and filled anew for each request. */
public final class DescriptorChain {
    private long[] addresses = new long[8];
    private int[] lengths = new int[8];
    private boolean[] writable = new boolean[8];
    private int count;

    /** Empties the chain. */
    public DescriptorChain clear() {
        count = 0;
        return this;
    }

    /** Adds a buffer for the device to read. */
    public DescriptorChain readable(long address, int length) {
        return add(address, length, false);
    }

    /** Adds a buffer for the device to write. */
    public DescriptorChain writable(long address, int length) {
        return add(address, length, true);
    }

    /** Adds a buffer. */
    public DescriptorChain add(long address, int length, boolean deviceWrites) {
        if (count == addresses.length) {
            addresses = Arrays.copyOf(addresses, 2 * count);
            lengths = Arrays.copyOf(lengths, 2 * count);
            writable = Arrays.copyOf(writable, 2 * count);
        }
        addresses[count] = address;
        lengths[count] = length;
        writable[count] = deviceWrites;
        count++;
        return this;
    }

    /** Number of buffers. */
    public int count() {
        return count;
    }

    /** Guest address of a buffer. */
    public long address(int index) {
        return addresses[index];
    }

    /** Length of a buffer in bytes. */
    public int length(int index) {
        return lengths[index];
    }

    /** Whether a buffer is for the device to write. */
    public boolean isWritable(int index) {
        return writable[index];
    }
}
