// SPDX-License-Identifier: Apache-2.0
package io.hotbay.migrate.internal;

import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import io.hotbay.linux.Epoll;
import java.io.IOException;

/**
 * One queue's way into both disks. A request has the same slot in the caller's table and in those of the two disks, and is completed
 * when both are through with it, with what the source says.
 */
final class MirrorChannel implements BlockChannel {
    private static final int NO_DESCRIPTOR = -1;

    /** Larger changes go to the source alone and are copied: counting their blocks would take too long. */
    private static final long LARGEST = 8L << 20;

    /** What a request in work is, by slot. */
    private static final byte PLAIN = 0;

    private static final byte LATER = 1;
    private static final byte BOTH = 2;

    private final Mirror mirror;
    private final Regions regions;
    private final BlockRequests requests;
    private final BlockRequests sourceRequests;
    private final BlockRequests destinationRequests;
    private final BlockChannel source;
    /** Null when it could not be opened. */
    private final BlockChannel destination;

    private final long largest;
    private final Epoll epoll;
    private final int wake;

    private final byte[] kinds;
    private final long[] tickets;
    /** Parts that are not through, by slot. */
    private final byte[] open;
    /** Whether the destination has not answered, by slot. */
    private final boolean[] atDestination;
    /** Whether the destination has taken it, by slot. */
    private final boolean[] taken;

    private boolean destinationDead;

    MirrorChannel(Mirror mirror, BlockRequests requests, BlockDevice source, BlockDevice destination)
            throws IOException {
        this.mirror = mirror;
        this.regions = mirror.regions();
        this.requests = requests;
        int slots = requests.slots();
        sourceRequests = new BlockRequests(slots);
        destinationRequests = new BlockRequests(slots);
        kinds = new byte[slots];
        tickets = new long[slots];
        open = new byte[slots];
        atDestination = new boolean[slots];
        taken = new boolean[slots];
        largest = Math.min(LARGEST, destination.discardLimit());
        this.source = source.open(sourceRequests);
        this.destination = open(destination);
        try {
            epoll = epoll();
        } catch (IOException | RuntimeException e) {
            closeDisks();
            throw e;
        }
        wake = epoll == null ? onlyDescriptor() : epoll.number();
    }

    private BlockChannel open(BlockDevice device) {
        try {
            return device.open(destinationRequests);
        } catch (IOException | RuntimeException e) {
            destinationDead = true;
            mirror.fail("the destination cannot be used: " + e.getMessage());
            return null;
        }
    }

    /** Two descriptors look like one through an epoll instance. */
    private Epoll epoll() throws IOException {
        int ofSource = source.wakeDescriptor();
        int ofDestination = descriptorOfDestination();
        if (ofSource == NO_DESCRIPTOR || ofDestination == NO_DESCRIPTOR) {
            return null;
        }
        Epoll both = Epoll.create();
        try {
            both.add(ofSource, Epoll.IN, 0);
            both.add(ofDestination, Epoll.IN, 1);
            return both;
        } catch (IOException e) {
            both.close();
            throw e;
        }
    }

    private int descriptorOfDestination() {
        return destination == null ? NO_DESCRIPTOR : destination.wakeDescriptor();
    }

    private int onlyDescriptor() {
        return Math.max(source.wakeDescriptor(), descriptorOfDestination());
    }

    @Override
    public void submit(BlockRequests table) {
        if (sourceRequests.memory() != requests.memory()) {
            sourceRequests.memory(requests.memory());
            destinationRequests.memory(requests.memory());
        }
        int pending = requests.pending();
        for (int i = 0; i < pending; i++) {
            begin(requests.pendingSlot(i));
        }
        if (sourceRequests.pending() > 0) {
            source.submit(sourceRequests);
            sourceRequests.clearPending();
        }
        if (!destinationDead && destinationRequests.pending() > 0) {
            submitToDestination();
        }
        collect();
    }

    private void begin(int slot) {
        int type = requests.type(slot);
        kinds[slot] = PLAIN;
        if (changes(type) && requests.length(slot) > 0) {
            tickets[slot] = ticket(slot, type);
            kinds[slot] = tickets[slot] == Regions.COPY_LATER ? LATER : BOTH;
        }
        open[slot] = 1;
        pass(slot, sourceRequests, requests.flags(slot));
        if (kinds[slot] == BOTH) {
            open[slot] = 2;
            atDestination[slot] = true;
            taken[slot] = false;
            // durable it has to be on the source alone, until the switch
            pass(slot, destinationRequests, requests.flags(slot) & ~BlockRequests.FLAG_FUA);
        }
    }

    private static boolean changes(int type) {
        return type == BlockType.WRITE || type == BlockType.DISCARD || type == BlockType.WRITE_ZEROES;
    }

    private long ticket(int slot, int type) {
        boolean tooLarge = requests.length(slot) > (type == BlockType.WRITE ? LARGEST : largest);
        // what a discard leaves behind is up to each disk, so they would not be the same
        boolean different = type == BlockType.DISCARD;
        return tooLarge || different || destinationDead || mirror.isAlone()
                ? Regions.COPY_LATER
                : regions.begin(requests.offset(slot), requests.length(slot));
    }

    private void pass(int slot, BlockRequests to, int flags) {
        to.prepare(slot, requests.type(slot), requests.offset(slot), requests.length(slot), flags);
        int segments = requests.segments(slot);
        for (int segment = 0; segment < segments; segment++) {
            to.addSegment(slot, requests.handle(slot, segment), requests.segmentLength(slot, segment));
        }
        to.enqueue(slot);
    }

    private void submitToDestination() {
        try {
            destination.submit(destinationRequests);
            destinationRequests.clearPending();
        } catch (RuntimeException e) {
            abandonDestination(e);
        }
    }

    @Override
    public int poll() {
        int before = requests.completed();
        if (sourceRequests.inFlight() > 0) {
            source.poll();
        }
        if (!destinationDead && destinationRequests.inFlight() > 0) {
            pollDestination();
        }
        collect();
        return requests.completed() - before;
    }

    private void pollDestination() {
        try {
            destination.poll();
        } catch (RuntimeException e) {
            abandonDestination(e);
        }
    }

    /** It is in an unknown state: nothing of what it has been given is waited for. */
    private void abandonDestination(RuntimeException e) {
        destinationDead = true;
        mirror.fail("the destination failed: " + e);
        for (int slot = 0; slot < atDestination.length; slot++) {
            if (atDestination[slot]) {
                atDestination[slot] = false;
                part(slot);
            }
        }
    }

    private void collect() {
        int count = sourceRequests.completed();
        for (int i = 0; i < count; i++) {
            part(sourceRequests.completedSlot(i));
        }
        sourceRequests.clearCompleted();
        if (destinationDead) {
            return;
        }
        count = destinationRequests.completed();
        for (int i = 0; i < count; i++) {
            int slot = destinationRequests.completedSlot(i);
            int status = destinationRequests.status(slot);
            taken[slot] = status == BlockStatus.OK;
            if (!taken[slot]) {
                mirror.failed(destinationRequests.type(slot), status);
            }
            atDestination[slot] = false;
            part(slot);
        }
        destinationRequests.clearCompleted();
    }

    /** One of the disks is through with a request. */
    private void part(int slot) {
        if (--open[slot] > 0) {
            return;
        }
        int status = sourceRequests.status(slot);
        if (kinds[slot] == LATER) {
            regions.mark(requests.offset(slot), requests.length(slot));
        } else if (kinds[slot] == BOTH) {
            regions.end(
                    requests.offset(slot),
                    requests.length(slot),
                    tickets[slot],
                    taken[slot] && status == BlockStatus.OK);
        }
        requests.complete(slot, status);
    }

    @Override
    public int wakeDescriptor() {
        return wake;
    }

    @Override
    public void close() {
        // after an error some may not be through, and nothing is known of them
        for (int slot = 0; slot < open.length; slot++) {
            if (open[slot] > 0 && kinds[slot] != PLAIN) {
                regions.mark(requests.offset(slot), requests.length(slot));
            }
        }
        if (epoll != null) {
            epoll.close();
        }
        closeDisks();
        mirror.leave();
    }

    private void closeDisks() {
        source.close();
        if (destination == null) {
            return;
        }
        try {
            destination.close();
        } catch (RuntimeException e) {
            mirror.fail("the destination failed: " + e);
        }
    }
}
