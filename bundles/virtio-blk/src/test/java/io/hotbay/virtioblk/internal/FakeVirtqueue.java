// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import io.hotbay.memory.GuestMemory;
import io.hotbay.memory.MemoryRegion;
import io.hotbay.virtio.Virtqueue;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** A ring without a ring: chains are put in by tests, and their ends are recorded. Allocates nothing per chain. */
final class FakeVirtqueue implements Virtqueue {
    static final int SIZE = 128;
    static final int NOT_USED = -1;

    private static final int REGION = 2 << 20;

    final int[] used = new int[SIZE];
    int publications;
    /** How often the device looked for chains. */
    int fetches;

    String fault;
    GuestMemory memory;

    private final long[][] handles = new long[SIZE][];
    private final int[][] lengths = new int[SIZE][];
    private final int[] readable = new int[SIZE];
    private final int[] available = new int[SIZE];
    private int first;
    private int last;
    private int unpublished;
    private boolean undecided;
    private Runnable shown = () -> {};

    FakeVirtqueue() {
        this(newMemory());
    }

    FakeVirtqueue(GuestMemory memory) {
        this.memory = memory;
        Arrays.fill(used, NOT_USED);
    }

    /** Two regions, far apart. */
    static GuestMemory newMemory() {
        return GuestMemory.of(List.of(
                MemoryRegion.of(0, 0, REGION, (offset, length) -> ByteBuffer.allocateDirect(length)),
                MemoryRegion.of(1L << 32, 1L << 32, REGION, (offset, length) -> ByteBuffer.allocateDirect(length))));
    }

    void offer(int head, long[] chainHandles, int[] chainLengths, int readableSegments) {
        handles[head] = chainHandles;
        lengths[head] = chainLengths;
        readable[head] = readableSegments;
        offerAgain(head);
    }

    void offerAgain(int head) {
        used[head] = NOT_USED;
        available[last++ % SIZE] = head;
    }

    @Override
    public int index() {
        return 0;
    }

    @Override
    public int size() {
        return SIZE;
    }

    @Override
    public GuestMemory memory() {
        return memory;
    }

    @Override
    public int fetch(int[] heads, int limit) {
        int count = 0;
        fetches++;
        while (fault == null && count < limit && first < last) {
            heads[count++] = available[first++ % SIZE];
        }
        return count;
    }

    @Override
    public int segments(int head) {
        return handles[head].length;
    }

    @Override
    public int readableSegments(int head) {
        return readable[head];
    }

    @Override
    public long handle(int head, int segment) {
        return handles[head][segment];
    }

    @Override
    public int length(int head, int segment) {
        return lengths[head][segment];
    }

    @Override
    public boolean hasFault(int head) {
        for (long handle : handles[head]) {
            if (handle == GuestMemory.NONE) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void complete(int head, int written) {
        if (used[head] != NOT_USED) {
            throw new IllegalStateException("chain " + head + " completed twice");
        }
        used[head] = written;
        unpublished++;
    }

    @Override
    public void show() {
        if (unpublished == 0) {
            throw new IllegalStateException("nothing to show");
        }
        unpublished = 0;
        undecided = true;
        shown.run();
    }

    @Override
    public void publish() {
        if (unpublished == 0 && !undecided) {
            throw new IllegalStateException("nothing to publish");
        }
        unpublished = 0;
        undecided = false;
        publications++;
    }

    /** Runs something whenever chains are shown before the batch is through. */
    void whenShown(Runnable listener) {
        shown = listener;
    }

    /** Whether everything completed has been published. */
    boolean isPublished() {
        return unpublished == 0 && !undecided;
    }

    @Override
    public void fail(String reason) {
        fault = reason;
    }
}
