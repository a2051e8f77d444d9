// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.ring;

import io.hotbay.linux.EventFd;
import io.hotbay.linux.MappingFaults;
import io.hotbay.memory.GuestMemory;
import io.hotbay.reactor.Reactor;
import io.hotbay.vhostuser.internal.memory.RingMemory;
import io.hotbay.virtio.DeviceQueue;
import io.hotbay.virtio.OwnedVirtqueue;
import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtio.VirtqueueSetup;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A ring on its reactor: how it is opened, changed and stopped there. Under the session's lock, except where noted.
 *
 * @param name of the ring, for people
 * @param backing what its requests go to, for people
 * @param memory what it works on, which it has retained
 */
record RunningRing(
        String name, String backing, Reactor reactor, RingPoller poller, RingMemory memory, Patience patience) {
    /** Offset of the index in a split ring's used ring (virtio 1.x, section 2.7.8). */
    private static final int USED_INDEX = 2;

    /** Both positions of a packed ring at its start: index 0, wrap counter 1 (virtio 1.x, section 2.8.1). */
    private static final int FIRST_PACKED_BASE = 0x8000_8000;

    /** The front-end's event descriptors of a ring; null where there is none. */
    record Events(EventFd kick, EventFd call, EventFd error) {}

    /**
     * Opens a ring and lets the device start it; on the reactor's thread.
     *
     * @param memory what the ring touches
     * @param baseKnown whether SET_VRING_BASE or a stop told the base; otherwise the ring goes on behind what the driver has
     *     seen completed
     * @throws IOException if the device cannot be used just now
     * @throws IllegalArgumentException if the ring cannot lie where the front-end says
     */
    static RingPoller open(
            String name,
            Reactor reactor,
            RingEnvironment environment,
            VirtqueueSetup setup,
            RingMemory memory,
            boolean baseKnown,
            Events events,
            RingListener listener)
            throws IOException {
        OwnedVirtqueue queue = queue(environment, setup, memory, baseKnown);
        DeviceQueue deviceQueue = environment.device().start(queue, setup.features());
        try {
            // it will be polled at once, so a kick is not needed before the reactor first wants to sleep
            disarm(queue, memory);
            RingPoller poller = new RingPoller(
                    name, reactor, queue, deviceQueue, events.kick, events.call, events.error, memory, listener);
            poller.tune(environment.tuning());
            return poller;
        } catch (RuntimeException | InternalError e) {
            deviceQueue.stop();
            throw e;
        }
    }

    private static OwnedVirtqueue queue(
            RingEnvironment environment, VirtqueueSetup setup, RingMemory memory, boolean baseKnown) {
        try {
            return environment.virtqueues().open(baseKnown ? setup : withBase(setup));
        } finally {
            surfaceFaults(memory);
        }
    }

    private static void disarm(OwnedVirtqueue queue, RingMemory memory) {
        try {
            queue.disarm();
        } finally {
            surfaceFaults(memory);
        }
    }

    /** If memory is gone, this ring does not start, rather than another one of the reactor stop. */
    private static void surfaceFaults(RingMemory memory) {
        if (memory.mayFault()) {
            MappingFaults.surface();
        }
    }

    private static VirtqueueSetup withBase(VirtqueueSetup setup) {
        return new VirtqueueSetup(
                setup.index(),
                setup.size(),
                setup.descriptorAddress(),
                setup.availableAddress(),
                setup.usedAddress(),
                VirtioFeatures.has(setup.features(), VirtioFeatures.RING_PACKED) ? FIRST_PACKED_BASE : usedIndex(setup),
                setup.features(),
                setup.memory(),
                setup.inFlight(),
                setup.log(),
                setup.usedLogAddress());
    }

    private static int usedIndex(VirtqueueSetup setup) {
        GuestMemory memory = setup.memory();
        long handle = memory.translateUser(setup.usedAddress() + USED_INDEX, Short.BYTES);
        if (handle == GuestMemory.NONE) {
            throw new IllegalArgumentException("the used ring lies outside guest memory");
        }
        return memory.window(GuestMemory.windowOf(handle)).getShort(GuestMemory.offsetOf(handle)) & 0xffff;
    }

    /**
     * Changes something of the poller.
     *
     * @return false when the wait for its reactor was given up: it may be changed later, or never
     */
    boolean change(Consumer<RingPoller> change, String what) {
        CompletableFuture<Void> done = reactor.run(() -> {
            change.accept(poller);
            return null;
        });
        return patience.await(done, () -> name + what);
    }

    /** Begins to stop it: no new requests are taken. */
    void requestStop() {
        reactor.run(() -> {
                    poller.drain();
                    return null;
                })
                .whenComplete((nothing, failure) -> {
                    if (failure != null) {
                        poller.drained().completeExceptionally(failure);
                    }
                });
    }

    /**
     * How it stopped.
     *
     * @param base where to go on
     * @param fault why it is broken, or null
     * @param complete whether all requests were completed; if not, somebody may still write to its memory
     * @param quiet whether the poller is certain to touch nothing any more
     */
    record Stop(int base, String fault, boolean complete, boolean quiet) {}

    /** Waits until a stop that was requested is through, or hopeless. */
    Stop awaitStop() {
        CompletableFuture<Integer> drained = poller.drained();
        boolean through = patience.await(drained, this::drainText, poller::isDoubtful);
        if (!through || drained.isCompletedExceptionally()) {
            return giveUp();
        }
        boolean removed = remove();
        return new Stop(drained.join(), poller.fault(), true, removed);
    }

    private String drainText() {
        return poller.isDraining()
                ? name + " is to stop and has " + poller.inFlight() + " requests under way in " + backing
                : name + " is to stop, but reactor " + reactor.core() + " does not answer";
    }

    private boolean remove() {
        CompletableFuture<Void> removed = reactor.remove(poller);
        return patience.await(removed, () -> name + " leaves its reactor", () -> true)
                && !removed.isCompletedExceptionally();
    }

    /**
     * Requests are under way and will be for ever. The poller is taken away, so that neither the ring nor the device is looked at
     * again; the memory stays mapped, because whoever has the requests may still write to it.
     */
    private Stop giveUp() {
        CompletableFuture<Void> abandoned = reactor.run(() -> {
            poller.abandon();
            return null;
        });
        boolean quiet = patience.await(abandoned, () -> name + " is given up", () -> true)
                && !abandoned.isCompletedExceptionally()
                && remove();
        String reason = poller.fault();
        String fault = (reason == null ? "" : reason + "; ") + poller.inFlight()
                + " requests never completed, its memory stays mapped";
        return new Stop(poller.base(), fault, false, quiet);
    }
}
