// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.GuestMemory;
import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtio.VirtqueueSetup;
import java.lang.invoke.VarHandle;

/** A packed virtqueue, virtio 1.x section 2.8. A head is the buffer id of its chain. */
final class PackedVirtqueue extends GuestVirtqueue {
    /** Largest number of descriptors (section 2.8). */
    static final int SIZE_LIMIT = 32768;

    private static final int USED_BASE_SHIFT = 16;

    /** Both positions of a ring that nobody has worked on: slot 0, wrap counter 1. */
    static final int FIRST_BASE = 0x8000_8000;

    /** The available half of it, all that DPDK's drivers and SPDK's initiator give. */
    private static final int FIRST_AVAILABLE = 0x8000;

    private final long descriptorAddress;
    private final long driverAddress;
    private final long deviceAddress;
    private final boolean eventIndex;
    private final Laps laps;
    /** Null if the driver has not accepted indirect tables. */
    private final IndirectTable indirect;
    /** Null when nothing is tracked. */
    private final PackedTracker tracker;

    private final PackedChain chain = new PackedChain();
    /** Slots that a chain takes, by its head. */
    private final int[] slots;

    private PackedDescriptorRing ring;
    private EventArea driverEvents;
    private EventArea deviceEvents;

    /** Chains that an earlier process had taken and not answered, and how many of them were handed out. */
    private int[] recovered = {};

    private int resubmitted;

    /** The chain taken last. */
    private int head;
    /** Position of the next chain to take. */
    private int nextAvailable;
    /** Position of the next used descriptor that the driver will look at. */
    private int publishedUsed;
    /** Position of the next used descriptor to write. */
    private int nextUsed;
    /** Slots between the published used position and the available one. */
    private int outstanding;
    /** Slots of the chains completed and not published. */
    private int unpublished;
    /** Bytes written to the first chain of the batch that is not published yet: part of its flags. */
    private int firstWritten;

    /** Makes what tracks the chains in flight; tests have one of their own. */
    interface Tracking {
        PackedTracker open(
                PackedInFlightRegion region, Laps laps, PackedEntries entries, int size, int used, long counter);
    }

    /**
     * Opens a ring.
     *
     * @throws IllegalArgumentException if the size is not allowed, a part is misaligned or outside memory, or the base or the
     *     in-flight region makes no sense
     */
    PackedVirtqueue(VirtqueueSetup setup) {
        this(setup, PackedTracker::new);
    }

    PackedVirtqueue(VirtqueueSetup setup, Tracking tracking) {
        super(checked(setup));
        descriptorAddress = setup.descriptorAddress();
        driverAddress = setup.availableAddress();
        deviceAddress = setup.usedAddress();
        eventIndex = VirtioFeatures.has(setup.features(), VirtioFeatures.EVENT_IDX);
        indirect = VirtioFeatures.has(setup.features(), VirtioFeatures.INDIRECT_DESC)
                ? new IndirectTable(setup.size(), translation)
                : null;
        laps = new Laps(setup.size());
        slots = new int[setup.size()];
        relocate(setup.memory());
        try {
            tracker = start(setup, tracking);
        } catch (IllegalArgumentException e) {
            throw refused(e);
        }
        nextUsed = publishedUsed;
    }

    private static VirtqueueSetup checked(VirtqueueSetup setup) {
        int size = setup.size();
        if (size < 1 || size > SIZE_LIMIT) {
            throw new IllegalArgumentException(
                    "queue " + setup.index() + ": size " + size + ": must be from 1 to " + SIZE_LIMIT);
        }
        return setup;
    }

    private PackedTracker start(VirtqueueSetup setup, Tracking tracking) {
        int base = base(setup.base());
        if (setup.inFlight() == null) {
            go(laps.checked(base >>> USED_BASE_SHIFT, "used"), laps.checked(base, "available"));
            return null;
        }
        PackedInFlightRegion region = new PackedInFlightRegion(setup.inFlight(), size());
        PackedRecovery.Result result = new PackedRecovery(region, ring, size(), laps).run(base);
        go(result.used(), result.available());
        recovered = result.chains();
        for (int i = 0; recovered.length != 0 && i < outstanding; i++) {
            logRing(ring.guestAddress(laps.advance(publishedUsed, i)), Descriptor.SIZE);
        }
        return tracking.open(region, laps, result.entries(), size(), result.used(), result.counter());
    }

    /**
     * Where to start. Front-ends that know split rings better give 0 for a new packed ring, as libblkio does, or leave the used half
     * out. Taken by the letter either is a place behind a lap in which the device has used descriptors, and no new ring. A driver that
     * does not wait for the device to open its ring may be writing its first chain just now.
     */
    private int base(int told) {
        return (told == 0 || told == FIRST_AVAILABLE) && ring.isInFirstLap() ? FIRST_BASE : told;
    }

    private void go(int used, int available) {
        outstanding = laps.outstanding(used, available);
        publishedUsed = used;
        nextAvailable = available;
    }

    @Override
    void locate(GuestMemory memory) {
        ring = new PackedDescriptorRing(memory, descriptorAddress, size(), laps);
        driverEvents = new EventArea(memory, "driver event area", driverAddress);
        deviceEvents = new EventArea(memory, "device event area", deviceAddress);
    }

    @Override
    void abandon() {
        ring = null;
        driverEvents = null;
        deviceEvents = null;
    }

    @Override
    public int fetch(int[] heads, int limit) {
        if (!isUsable()) {
            return 0;
        }
        int taken = 0;
        try {
            while (taken < limit) {
                boolean found = resubmitted < recovered.length ? readAgain() : takeNext();
                if (!found) {
                    break;
                }
                heads[taken++] = head;
            }
        } catch (RingFault broken) {
            // What was taken before is in order and in flight, so the device still gets it.
            fail(broken.getMessage());
        } catch (SegmentShortage shortage) {
            // The chain stays in the ring until others are completed; some are, or there was no shortage.
        }
        return taken;
    }

    private boolean takeNext() {
        if (!ring.read(nextAvailable, chain, size() - outstanding)) {
            return false;
        }
        head = chain.id();
        checkHead();
        chain.collect(head, chains, indirect);
        slots[head] = chain.slots();
        if (tracker != null) {
            tracker.take(head, chain);
        }
        outstanding += chain.slots();
        nextAvailable = laps.advance(nextAvailable, chain.slots());
        return true;
    }

    /** A chain that an earlier process had taken: it keeps its mark and its counter. Its slots may hold other things by now. */
    private boolean readAgain() {
        int first = recovered[resubmitted];
        tracker.read(first, chain);
        head = tracker.head(first);
        chain.collect(head, chains, indirect);
        slots[head] = chain.slots();
        resubmitted++;
        return true;
    }

    private void checkHead() {
        if (head >= size()) {
            throw new RingFault("buffer id " + head + " is not below the ring's size of " + size());
        }
        if (chains.isInFlight(head)) {
            throw new RingFault("buffer id " + head + " was made available again while in flight");
        }
    }

    @Override
    public void complete(int completed, int written) {
        chains.remove(completed);
        logChain(completed);
        if (!isUsable()) {
            return;
        }
        if (tracker != null) {
            tracker.complete(completed);
        }
        if (unpublished == 0) {
            firstWritten = written;
            ring.useFirst(nextUsed, completed, written);
        } else {
            ring.use(nextUsed, completed, written);
            logSlot(nextUsed);
        }
        nextUsed = laps.advance(nextUsed, slots[completed]);
        unpublished += slots[completed];
    }

    @Override
    public void show() {
        if (unpublished == 0 || !isUsable()) {
            return;
        }
        if (tracker != null) {
            tracker.prepare();
        }
        ring.publish(publishedUsed, firstWritten);
        logSlot(publishedUsed);
        if (tracker != null) {
            tracker.publish();
        }
        publishedUsed = nextUsed;
        outstanding -= unpublished;
        shown(unpublished, 2 * size());
        unpublished = 0;
    }

    private void logSlot(int position) {
        if (isRingLogged()) {
            logRing(ring.guestAddress(position), Descriptor.SIZE);
        }
    }

    /**
     * Section 2.8.10. The window of the event begins behind the last signal that was really sent, so a driver that moves the event
     * backwards loses none.
     */
    @Override
    boolean wantsSignal() {
        int event = driverEvents.read();
        int flags = EventArea.flags(event);
        if (flags != EventArea.AT_POSITION || !eventIndex) {
            return flags != EventArea.DISABLE;
        }
        int position = laps.decode(EventArea.position(event));
        return laps.distance(position + 1, publishedUsed) < unsignalled();
    }

    @Override
    public boolean arm() {
        if (!isUsable()) {
            return true;
        }
        if (eventIndex) {
            deviceEvents.write(EventArea.AT_POSITION, laps.encode(nextAvailable));
        } else {
            deviceEvents.write(EventArea.ENABLE, 0);
        }
        logRing(deviceEvents.guestAddress(), EventArea.SIZE);
        VarHandle.fullFence();
        return resubmitted == recovered.length && !ring.isAvailable(nextAvailable);
    }

    @Override
    public void disarm() {
        if (isUsable()) {
            deviceEvents.write(EventArea.DISABLE, 0);
            logRing(deviceEvents.guestAddress(), EventArea.SIZE);
        }
    }

    @Override
    public int base() {
        return laps.encode(nextAvailable) | laps.encode(publishedUsed) << USED_BASE_SHIFT;
    }
}
