// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.GuestMemory;
import io.hotbay.virtio.OwnedVirtqueue;
import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtio.VirtqueueSetup;
import io.hotbay.virtqueue.internal.SplitDriver.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Drives a ring in memory that holds whatever the input says, and checks what may never happen. The first bytes say what kind of
 * ring, the next ones fill it and its in-flight region, and all others are steps: of the device, of a driver that may write anything
 * anywhere, and of processes that die and come again.
 */
public final class RingFuzz {
    private static final int MEMORY = 0x4000;
    private static final long SECOND = 0x8000;
    private static final int SECOND_SIZE = 0x800;
    private static final long RING = 0x100;
    private static final int LARGEST_RING = 64;
    private static final long TABLES = 0x2000;
    private static final int STEPS = 20;
    /** Steps up to this one are the device's, all others the driver's. */
    private static final int LAST_OF_THE_DEVICE = 12;

    private final byte[] input;
    private int next;

    private final GuestRam ram = GuestRam.of(MEMORY).region(SECOND, SECOND_SIZE);
    private final GuestMemory memory = ram.memory();
    private final boolean packed;
    private final int size;
    private final long features;
    private final long usedLog;
    private final RingMarks marks;
    private final int base;
    private final ByteBuffer region;
    private final RingDriver driver;
    private final List<Integer> working = new ArrayList<>();
    private final int[] heads = new int[LARGEST_RING];
    private final byte[] before = new byte[MEMORY];
    private final byte[] secondBefore = new byte[SECOND_SIZE];
    private OwnedVirtqueue queue;
    private boolean located;

    private RingFuzz(byte[] input) {
        this.input = input;
        int kind = take();
        packed = (kind & 1) != 0;
        size = packed ? 1 + take() % LARGEST_RING : 1 << take() % 7;
        features = VirtioFeatures.VERSION_1
                | (packed ? VirtioFeatures.RING_PACKED : 0)
                | ((kind & 2) != 0 ? VirtioFeatures.EVENT_IDX : 0)
                | ((kind & 4) != 0 ? VirtioFeatures.INDIRECT_DESC : 0);
        driver = packed ? new PackedDriver(ram, RING, size, features) : new SplitDriver(ram, RING, size, features);
        region = (kind & 8) == 0
                ? null
                : ByteBuffer.allocateDirect(new GuestVirtqueueFactory().inFlightBytes(size, features))
                        .order(ByteOrder.LITTLE_ENDIAN);
        usedLog = (kind & 16) == 0 ? VirtqueueSetup.USED_NOT_LOGGED : RING + ((long) (byte) take() << take() % 64);
        marks = new RingMarks(driver, size, usedLog);
        base = (kind & 32) == 0 ? (packed ? 0x8000_8000 : 0) : take16() | take16() << 16;
        if ((kind & 64) != 0) {
            fillRing();
        }
        if ((kind & 128) != 0 && region != null) {
            fillRegion();
        }
    }

    /**
     * One run.
     *
     * @throws AssertionError if something happened that never may
     * @throws RuntimeException from the ring: it may not throw one either
     */
    public static void fuzz(byte[] input) {
        new RingFuzz(input).run();
    }

    // ---- the input; behind its end come zeros

    private boolean isOver() {
        return next >= input.length;
    }

    private int take() {
        return isOver() ? 0 : input[next++] & 0xff;
    }

    private int take16() {
        return take() | take() << 8;
    }

    private void fillRing() {
        int bytes = Math.min(take16() % 512, input.length - next);
        for (int i = 0; i < bytes; i++) {
            ram.put8(RING + i, take());
        }
    }

    /** A region that would be sound but for what the input puts into it. */
    private void fillRegion() {
        region.putShort(8, (short) 1).putShort(10, (short) size);
        if (packed) {
            region.putShort(20, (short) 0x0101);
            for (int entry = 0; entry < size; entry++) {
                region.putShort(32 + 32 * entry + 2, (short) (entry + 1));
            }
        }
        for (int left = take() % 32; left > 0; left--) {
            region.put(take16() % region.capacity(), (byte) take());
        }
    }

    // ---- the run

    private void run() {
        open();
        while (queue != null && !isOver()) {
            step();
            check();
        }
    }

    private void open() {
        working.clear();
        marks.forget();
        queue = null;
        VirtqueueSetup plain = driver.setup(memory, region, marks, usedLog);
        VirtqueueSetup setup = new VirtqueueSetup(
                0,
                size,
                plain.descriptorAddress(),
                plain.availableAddress(),
                plain.usedAddress(),
                base,
                features,
                memory,
                region,
                plain.log(),
                usedLog);
        byte[] recorded = contents();
        try {
            queue = new GuestVirtqueueFactory().open(setup);
            located = true;
        } catch (IllegalArgumentException refused) {
            require(Arrays.equals(recorded, contents()), "a refused region was written to");
        }
    }

    private byte[] contents() {
        byte[] bytes = new byte[region == null ? 0 : region.capacity()];
        if (region != null) {
            region.get(0, bytes);
        }
        return bytes;
    }

    private void step() {
        int step = take() % STEPS;
        if (step > LAST_OF_THE_DEVICE) {
            drive(step);
            return;
        }
        ram.copy(RING, before);
        ram.copy(SECOND, secondBefore);
        work(step);
        checkWrites();
    }

    private void work(int step) {
        switch (step) {
            case 0, 1, 2, 3 -> fetch();
            case 4, 5, 6 -> complete();
            case 7 -> publish();
            case 8 -> queue.arm();
            case 9 -> queue.disarm();
            case 10 -> queue.takeSignal();
            case 11 -> relocate();
            default -> open();
        }
    }

    private void drive(int step) {
        switch (step) {
            case 13 -> ram.put8(RING + take16() % 0x600, take());
            case 14 -> ram.put16(RING + 2L * (take() % 0x300), take16());
            case 15 -> pokeRegion();
            case 16 -> moveAvailable();
            case 17 -> ram.put64(TABLES + 8L * take(), take16() | (long) take16() << 32);
            default -> submit();
        }
    }

    private void checkWrites() {
        for (int at = ram.mismatch(RING, before, 0); at >= 0; at = ram.mismatch(RING, before, at + 1)) {
            require(mayWrite(at), "the device wrote byte " + at);
            marks.written(at);
        }
        marks.endStep();
        require(ram.mismatch(SECOND, secondBefore, 0) < 0, "the device wrote to memory that holds no ring");
    }

    /** A split ring's used ring; a packed ring's descriptors, but for their addresses, and the device's event area. */
    private boolean mayWrite(int at) {
        if (driver instanceof SplitDriver split) {
            return at >= split.used && at < split.used + 6 + 8L * size;
        }
        PackedDriver ring = (PackedDriver) driver;
        boolean descriptor = at >= RING && at < RING + 16L * size && (at - RING) % 16 >= 8;
        return descriptor || at >= ring.deviceEvents && at < ring.deviceEvents + 4;
    }

    private void fetch() {
        int limit = take() % (size + 1);
        int count = queue.fetch(heads, limit);
        require(count >= 0 && count <= limit, count + " heads fetched with a limit of " + limit);
        for (int i = 0; i < count; i++) {
            int head = heads[i];
            require(head >= 0 && head < size, "head " + head + " in a ring of " + size);
            require(!working.contains(head), "head " + head + " is in flight already");
            working.add(head);
            checkSegments(head);
        }
    }

    private void checkSegments(int head) {
        int segments = queue.segments(head);
        int readable = queue.readableSegments(head);
        require(readable >= 0 && readable <= segments, readable + " of " + segments + " segments are readable");
        boolean outside = false;
        long bytes = 0;
        for (int i = 0; i < segments; i++) {
            long handle = queue.handle(head, i);
            int length = queue.length(head, i);
            require(length > 0, "length " + length);
            bytes += length;
            outside |= handle == GuestMemory.NONE;
            require(
                    handle == GuestMemory.NONE
                            || GuestMemory.windowOf(handle) < memory.windows() && memory.remaining(handle) >= length,
                    "segment outside memory");
        }
        require(outside == queue.hasFault(head), "fault " + queue.hasFault(head));
        if (driver instanceof SplitDriver split) {
            long expected = new SplitChainBytes(split).of(head);
            require(bytes == expected, bytes + " bytes in a chain of " + expected);
        }
    }

    private void complete() {
        if (!working.isEmpty()) {
            int head = working.remove(take() % working.size());
            List<RingMarks.Mark> writable = writable(head);
            queue.complete(head, take16());
            marks.requireAll(writable);
        }
    }

    private List<RingMarks.Mark> writable(int head) {
        List<RingMarks.Mark> found = new ArrayList<>();
        for (int i = queue.readableSegments(head); i < queue.segments(head); i++) {
            long handle = queue.handle(head, i);
            if (handle != GuestMemory.NONE) {
                found.add(new RingMarks.Mark(memory.guestAddress(handle), queue.length(head, i)));
            }
        }
        return found;
    }

    private void publish() {
        queue.publish();
        marks.publish(located && queue.fault() == null);
    }

    private void relocate() {
        if (queue.inFlight() != 0) {
            return;
        }
        located = !located;
        try {
            queue.relocate(located ? memory : GuestMemory.EMPTY);
            require(located, "a ring in no memory was accepted");
        } catch (IllegalArgumentException nowhere) {
            require(!located, nowhere.getMessage());
        }
    }

    private void pokeRegion() {
        if (region != null) {
            region.put(take16() % region.capacity(), (byte) take());
        }
    }

    private void moveAvailable() {
        if (driver instanceof SplitDriver split) {
            split.availableIndex(ram.get16(split.available + 2) + take() % 4 & 0xffff);
        } else {
            PackedDriver ring = (PackedDriver) driver;
            ring.flags(take() % size, take() | (take() & 1) << 15);
        }
    }

    /** A chain like those of a driver that plays by the rules, except that its buffers may lie anywhere. */
    private void submit() {
        int shape = take();
        Buffer[] buffers = new Buffer[1 + shape % 4];
        if (driver.freeDescriptors() < buffers.length) {
            return;
        }
        int readable = shape / 4 % 5;
        for (int i = 0; i < buffers.length; i++) {
            long address = take16() % (SECOND + SECOND_SIZE);
            buffers[i] = new Buffer(address, (long) take() << shape / 16 % 24, i >= readable);
        }
        if (shape >= 128) {
            driver.submitIndirect(TABLES + 64L * driver.nextHead() % 0x1000, buffers);
        } else {
            driver.submit(buffers);
        }
    }

    private void check() {
        if (queue == null) {
            return;
        }
        require(queue.inFlight() == working.size(), queue.inFlight() + " in flight, not " + working.size());
        require(working.size() <= size, working.size() + " chains in a ring of " + size);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
