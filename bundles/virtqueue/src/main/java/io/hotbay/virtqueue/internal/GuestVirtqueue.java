// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.DirtyLog;
import io.hotbay.memory.GuestMemory;
import io.hotbay.virtio.OwnedVirtqueue;
import io.hotbay.virtio.VirtqueueSetup;
import java.lang.invoke.VarHandle;

/** What virtqueues of every format share: chains in flight, the memory they lie in, the dirty log, and being broken. */
abstract class GuestVirtqueue implements OwnedVirtqueue {
    final Translation translation;
    final ChainTable chains;

    /** Where to note what is written to guest memory, or null. */
    private final DirtyLog log;
    /** Whether that includes the ring itself. */
    private final boolean ringLogged;

    private final int index;
    private final int size;
    /** Written by the reactor's thread, read by any. */
    private volatile String fault;
    /** Whether the ring may be touched: it is not broken, and lies in the current memory. */
    private boolean usable;

    private boolean signal;
    /** Whether something was shown and it was not decided since whether the driver wants to be notified. */
    private boolean undecided;
    /** What was shown since the driver was notified last, in the units of its event. */
    private int unsignalled;

    private boolean signalledOnce;

    GuestVirtqueue(VirtqueueSetup setup) {
        index = setup.index();
        size = setup.size();
        log = setup.log();
        ringLogged = log != null && setup.usedLogAddress() != VirtqueueSetup.USED_NOT_LOGGED;
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
            throw refused(e);
        }
        usable = fault == null;
    }

    /** Notes what a device may have written to a chain's buffers; what it says it has written may be less. */
    final void logChain(int head) {
        if (log == null) {
            return;
        }
        int segments = chains.segments(head);
        for (int segment = chains.readableSegments(head); segment < segments; segment++) {
            long handle = chains.handle(head, segment);
            if (handle != GuestMemory.NONE) {
                log.mark(memory().guestAddress(handle), chains.length(head, segment));
            }
        }
    }

    /** Whether writes to the ring itself are to be noted. */
    final boolean isRingLogged() {
        return ringLogged;
    }

    /** Notes a write to the ring itself, when that is wanted. */
    final void logRing(long guestAddress, int length) {
        if (ringLogged) {
            log.mark(guestAddress, length);
        }
    }

    /** Puts the number of the queue in front of what is wrong with it. */
    final IllegalArgumentException refused(IllegalArgumentException cause) {
        return new IllegalArgumentException("queue " + index + ": " + cause.getMessage(), cause);
    }

    final boolean isUsable() {
        return usable;
    }

    /** Whether the driver wants to be notified of something among the {@link #unsignalled} last that it was shown. */
    abstract boolean wantsSignal();

    /** Completions have just been made visible. */
    final void shown(int count, int most) {
        unsignalled = Math.min(unsignalled + count, most);
        undecided = true;
    }

    final int unsignalled() {
        return unsignalled;
    }

    @Override
    public final void publish() {
        show();
        if (!undecided || !usable) {
            return;
        }
        undecided = false;
        // Sections 2.7.7 and 2.8.10: the ring first, then the look at what the driver wants; the driver does the
        // reverse.
        VarHandle.fullFence();
        // The first is always sent: what came before this queue is unknown.
        if (!signalledOnce || wantsSignal()) {
            signalledOnce = true;
            unsignalled = 0;
            signal = true;
        }
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
    public final int completed() {
        return chains.completed();
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
