// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.GuestMemory;
import io.hotbay.virtio.OwnedVirtqueue;
import io.hotbay.virtio.VirtqueueSetup;

/** What virtqueues of every format share: chains in flight, the memory they lie in, and being broken. */
abstract class GuestVirtqueue implements OwnedVirtqueue {
    final Translation translation;
    final ChainTable chains;

    private final int index;
    private final int size;
    /** Written by the reactor's thread, read by any. */
    private volatile String fault;
    /** Whether the ring may be touched: it is not broken, and lies in the current memory. */
    private boolean usable;

    private boolean signal;

    GuestVirtqueue(VirtqueueSetup setup) {
        index = setup.index();
        size = setup.size();
        translation = new Translation(setup.memory());
        chains = new ChainTable(size, translation);
    }

    /**
     * Finds the parts of the ring in a snapshot of guest memory.
     *
     * @throws IllegalArgumentException if one of them does not lie in it
     */
    abstract void locate(GuestMemory memory);

    /** Forgets where the parts of the ring are: their memory may go away. */
    abstract void abandon();

    @Override
    public final void relocate(GuestMemory memory) {
        if (chains.inFlight() != 0) {
            throw new IllegalStateException(
                    "queue " + index + " cannot change its memory with " + chains.inFlight() + " chains in flight");
        }
        usable = false;
        translation.memory(memory);
        abandon();
        try {
            locate(memory);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("queue " + index + ": " + e.getMessage(), e);
        }
        usable = fault == null;
    }

    final boolean isUsable() {
        return usable;
    }

    final void signal() {
        signal = true;
    }

    @Override
    public final boolean takeSignal() {
        boolean taken = signal;
        signal = false;
        return taken;
    }

    @Override
    public final void fail(String reason) {
        usable = false;
        if (fault == null) {
            fault = reason;
        }
    }

    @Override
    public final String fault() {
        return fault;
    }

    @Override
    public final int index() {
        return index;
    }

    @Override
    public final int size() {
        return size;
    }

    @Override
    public final GuestMemory memory() {
        return translation.memory();
    }

    @Override
    public final int inFlight() {
        return chains.inFlight();
    }

    @Override
    public final int segments(int head) {
        return chains.segments(head);
    }

    @Override
    public final int readableSegments(int head) {
        return chains.readableSegments(head);
    }

    @Override
    public final long handle(int head, int segment) {
        return chains.handle(head, segment);
    }

    @Override
    public final int length(int head, int segment) {
        return chains.length(head, segment);
    }

    @Override
    public final boolean hasFault(int head) {
        return chains.hasFault(head);
    }
}
