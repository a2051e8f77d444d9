// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.nio.ByteBuffer;

/**
 * Keeps account of a ring's descriptors: finds free ones for a chain, and takes them back when the device has used it. The
 * account is kept here and not in the table, which the device side could damage.
 */
public final class ChainTable {
    private static final int END = -1;

    private final SplitRingDriver ring;
    private final int[] next;
    /** Number of descriptors of the chain that starts here; 0 if none does. */
    private final int[] taken;

    private int free;
    private int freeCount;

    /** Makes an account of a ring with nothing in flight. */
    public ChainTable(SplitRingDriver ring) {
        this.ring = ring;
        next = new int[ring.size()];
        taken = new int[ring.size()];
        clear();
    }

    /** Frees everything, as after a reset of the device. */
    public void clear() {
        for (int i = 0; i < next.length; i++) {
            next[i] = i + 1 == next.length ? END : i + 1;
            taken[i] = 0;
        }
        free = 0;
        freeCount = next.length;
    }

    /** Number of free descriptors. */
    public int free() {
        return freeCount;
    }

    /** The head that the next chain will have. */
    public int nextHead() {
        requireFree(1);
        return free;
    }

    /** Writes a chain into free descriptors; returns its head, which is not offered yet. */
    public int add(DescriptorChain chain) {
        int count = chain.count();
        requireFree(count);
        int head = free;
        int descriptor = head;
        for (int i = 0; i < count; i++) {
            boolean last = i == count - 1;
            int following = next[descriptor];
            int flags = (chain.isWritable(i) ? SplitRingDriver.WRITE : 0) | (last ? 0 : SplitRingDriver.NEXT);
            ring.writeDescriptor(descriptor, chain.address(i), chain.length(i), flags, last ? 0 : following);
            descriptor = following;
        }
        take(head, count, descriptor);
        return head;
    }

    /** Writes a chain into an indirect table in guest memory, and one free descriptor that refers to it; returns its head. */
    public int addIndirect(DescriptorChain chain, ByteBuffer table, long tableAddress) {
        requireFree(1);
        int count = chain.count();
        for (int i = 0; i < count; i++) {
            boolean last = i == count - 1;
            int flags = (chain.isWritable(i) ? SplitRingDriver.WRITE : 0) | (last ? 0 : SplitRingDriver.NEXT);
            SplitRingDriver.writeDescriptor(table, i, chain.address(i), chain.length(i), flags, last ? 0 : i + 1);
        }
        int head = free;
        int length = count * SplitRingLayout.DESCRIPTOR;
        ring.writeDescriptor(head, tableAddress, length, SplitRingDriver.INDIRECT, 0);
        take(head, 1, next[head]);
        return head;
    }

    private void take(int head, int count, int following) {
        taken[head] = count;
        free = following;
        freeCount -= count;
    }

    private void requireFree(int count) {
        if (count > freeCount) {
            throw new IllegalStateException("the ring has " + freeCount + " free descriptors, " + count
                    + " are wanted; take used buffers first");
        }
    }

    /** Whether a chain with this head is in flight. */
    public boolean isInFlight(int head) {
        return head >= 0 && head < taken.length && taken[head] > 0;
    }

    /** Takes the descriptors of a used chain back. */
    public void release(int head) {
        int last = head;
        for (int i = 1; i < taken[head]; i++) {
            last = next[last];
        }
        next[last] = free;
        free = head;
        freeCount += taken[head];
        taken[head] = 0;
    }
}
