// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.GuestMemory;
import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtio.VirtqueueSetup;
import java.lang.invoke.VarHandle;

/** A split virtqueue, virtio 1.x section 2.7. Indices run freely through 16 bits; a position in a ring is one masked. */
final class SplitVirtqueue extends GuestVirtqueue {
    /** Largest number of descriptors (section 2.7). */
    static final int SIZE_LIMIT = 32768;

    private static final int INDEX_MASK = 0xffff;
    private static final int NONE = -1;
    /** As many completions without a signal as there are values of the event index: it cannot tell any more. */
    private static final int ALL_INDICES = 1 << 16;

    private final long descriptorAddress;
    private final long availableAddress;
    private final long usedAddress;
    private final boolean eventIndex;
    private final boolean indirectAllowed;
    private final IndirectTable indirect;
    private final long usedLogAddress;
    /** Null when nothing is tracked. */
    private final SplitTracker tracker;

    private SplitDescriptorTable descriptors;
    private AvailableRing available;
    private UsedRing used;

    /** Heads that an earlier process had taken and not answered, and how many of them were handed out. */
    private int[] recovered = {};

    private int resubmitted;

    /** Index of the next head to take. */
    private int nextAvailable;
    /** Index of the used ring as the driver sees it. */
    private int publishedUsed;
    /** Used elements written and not yet published. */
    private int unpublished;

    /** Head completed last in the current memory, or {@link #NONE}. */
    private int completedLast = NONE;
    /** Of no interest, but the compiler must not find out. */
    private long guessed;

    /** Makes what tracks the heads in flight; tests have one of their own. */
    interface Tracking {
        SplitTracker open(SplitInFlightRegion region, int size, int marked, long counter);
    }

    /**
     * Opens a ring.
     *
     * @throws IllegalArgumentException if the size is not allowed, a part is misaligned or outside memory, or the in-flight
     *     region makes no sense
     */
    SplitVirtqueue(VirtqueueSetup setup) {
        this(setup, SplitTracker::new);
    }

    SplitVirtqueue(VirtqueueSetup setup, Tracking tracking) {
        super(checked(setup));
        descriptorAddress = setup.descriptorAddress();
        availableAddress = setup.availableAddress();
        usedAddress = setup.usedAddress();
        eventIndex = VirtioFeatures.has(setup.features(), VirtioFeatures.EVENT_IDX);
        indirectAllowed = VirtioFeatures.has(setup.features(), VirtioFeatures.INDIRECT_DESC);
        indirect = new IndirectTable(setup.size(), translation);
        usedLogAddress = setup.usedLogAddress();
        relocate(setup.memory());
        nextAvailable = setup.base() & INDEX_MASK;
        publishedUsed = used.index();
        tracker = setup.inFlight() == null ? null : recover(setup, tracking);
    }

    private SplitTracker recover(VirtqueueSetup setup, Tracking tracking) {
        try {
            SplitInFlightRegion region = new SplitInFlightRegion(setup.inFlight(), size());
            SplitRecovery.Result result =
                    new SplitRecovery(region, size(), publishedUsed, available.index()).run(nextAvailable);
            recovered = result.heads();
            nextAvailable = result.nextAvailable();
            long counter = recovered.length == 0 ? 0 : region.counter(recovered[recovered.length - 1]) + 1;
            return tracking.open(region, size(), recovered.length, counter);
        } catch (IllegalArgumentException e) {
            throw refused(e);
        }
    }

    private static VirtqueueSetup checked(VirtqueueSetup setup) {
        int size = setup.size();
        if (size < 1 || size > SIZE_LIMIT || Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException(
                    "queue " + setup.index() + ": size " + size + ": must be a power of two from 1 to " + SIZE_LIMIT);
        }
        return setup;
    }

    @Override
    void locate(GuestMemory memory) {
        descriptors = new SplitDescriptorTable(
                memory, descriptorAddress, size(), indirectAllowed, chains, translation, indirect);
        available = new AvailableRing(memory, availableAddress, size(), eventIndex);
        used = new UsedRing(memory, usedAddress, size(), eventIndex);
    }

    @Override
    void abandon() {
        descriptors = null;
        available = null;
        used = null;
        completedLast = NONE;
    }

    @Override
    public int fetch(int[] heads, int limit) {
        if (!isUsable()) {
            return 0;
        }
        if (resubmitted < recovered.length) {
            return take(heads, Math.min(recovered.length - resubmitted, limit), true);
        }
        int count = available.index() - nextAvailable & INDEX_MASK;
        if (count == 0) {
            return 0;
        }
        int held = inFlight() + unpublished;
        if (count > size() - held) {
            fail("available index jumped by " + count + " in a ring of " + size()
                    + (held == 0 ? "" : " that holds " + held + " chains already"));
            return 0;
        }
        if (count == 1) {
            guess();
        }
        return take(heads, Math.min(count, limit), false);
    }

    /**
     * A driver with one request at a time makes it in the same place again. So descriptor and header of the last one are asked for
     * while the head of the next one is still on its way from the driver's core; a wrong guess costs next to nothing.
     */
    private void guess() {
        if (completedLast != NONE) {
            guessed += descriptors.touch(completedLast) + chains.touch(completedLast);
        }
    }

    private int take(int[] heads, int count, boolean again) {
        if (!again) {
            available.heads(nextAvailable, heads, count);
        }
        int taken = 0;
        try {
            while (taken < count) {
                if (again) {
                    heads[taken] = takeAgain();
                } else {
                    takeNext(heads[taken]);
                }
                taken++;
            }
        } catch (RingFault broken) {
            // What was taken before is in order and in flight, so the device still gets it.
            fail(broken.getMessage());
        } catch (SegmentShortage shortage) {
            // The chain stays in the available ring until others are completed; some are, or there was no shortage.
        } finally {
            // Those that are taken again have their marks.
            if (tracker != null && !again) {
                tracker.take(heads, taken);
            }
        }
        return taken;
    }

    private void takeNext(int head) {
        checkHead(head);
        descriptors.read(head);
        nextAvailable = nextAvailable + 1 & INDEX_MASK;
    }

    /** A head that an earlier process had taken: it keeps its mark and its counter. */
    private int takeAgain() {
        int head = recovered[resubmitted];
        descriptors.read(head);
        resubmitted++;
        return head;
    }

    private void checkHead(int head) {
        // The size is a power of two: this is all that is not below it, also what a load has left behind that failed.
        if ((head & -size()) != 0) {
            throw new RingFault("head " + head + " is not below the ring's size of " + size());
        }
        if (chains.isInFlight(head)) {
            throw new RingFault("head " + head + " was made available again while in flight");
        }
    }

    @Override
    public void complete(int head, int written) {
        chains.remove(head);
        completedLast = head;
        logChain(head);
        if (isUsable()) {
            if (tracker != null) {
                tracker.complete(head);
            }
            used.element(publishedUsed + unpublished, head, written);
            unpublished++;
        }
    }

    @Override
    public void show() {
        if (unpublished == 0 || !isUsable()) {
            return;
        }
        if (isRingLogged()) {
            logElements();
        }
        publishedUsed = publishedUsed + unpublished & INDEX_MASK;
        shown(unpublished, ALL_INDICES);
        unpublished = 0;
        if (tracker != null) {
            tracker.prepare();
        }
        used.publish(publishedUsed);
        logRing(usedLogAddress + UsedRing.INDEX_OFFSET, UsedRing.INDEX_SIZE);
        if (tracker != null) {
            tracker.publish(publishedUsed);
        }
    }

    private void logElements() {
        int first = publishedUsed & size() - 1;
        int straight = Math.min(unpublished, size() - first);
        logRing(usedLogAddress + UsedRing.elementOffset(first), UsedRing.ENTRY_SIZE * straight);
        if (straight < unpublished) {
            logRing(usedLogAddress + UsedRing.RING_OFFSET, UsedRing.ENTRY_SIZE * (unpublished - straight));
        }
    }

    /**
     * Sections 2.7.7 and 2.7.10. The window of the event index starts behind the last signal that was really sent, so a driver
     * that moves the index backwards loses none.
     */
    @Override
    boolean wantsSignal() {
        if (!eventIndex) {
            return !available.noInterrupt();
        }
        int behind = publishedUsed - available.usedEvent() - 1 & INDEX_MASK;
        return behind < unsignalled();
    }

    @Override
    public boolean arm() {
        if (!isUsable()) {
            return true;
        }
        if (eventIndex) {
            used.availableEvent(nextAvailable);
            logRing(usedLogAddress + UsedRing.elementOffset(size()), UsedRing.EVENT_SIZE);
        } else {
            used.noNotify(false);
            logRing(usedLogAddress + UsedRing.FLAGS_OFFSET, UsedRing.FLAGS_SIZE);
        }
        VarHandle.fullFence();
        return resubmitted == recovered.length && available.index() == nextAvailable;
    }

    @Override
    public void disarm() {
        // With EVENT_IDX the event falls behind by itself.
        if (isUsable() && !eventIndex) {
            used.noNotify(true);
            logRing(usedLogAddress + UsedRing.FLAGS_OFFSET, UsedRing.FLAGS_SIZE);
        }
    }

    @Override
    public int base() {
        return nextAvailable;
    }
}
