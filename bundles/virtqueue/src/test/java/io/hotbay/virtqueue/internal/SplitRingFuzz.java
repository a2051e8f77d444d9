// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.GuestMemory;
import io.hotbay.memory.MemoryRegion;
import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtio.VirtqueueSetup;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One run of a split ring under a fuzzer. The bytes decide what a driver writes to the memory that holds the ring, descriptors,
 * tables and data, and when the device fetches, completes and publishes. Whatever that is, no exception comes out, each head
 * is in flight once, segments lie in memory, and the device writes to the used ring only, what it has to.
 */
public final class SplitRingFuzz {
    private static final int STEPS = 400;
    private static final int MAX_SIZE = 32;
    private static final int LOW = 8 << 10;
    private static final int HIGH = 4 << 10;
    private static final long HIGH_START = 0x1_0000_0000L;
    private static final long USER = 0x7f00_0000_0000L;
    private static final int DESCRIPTORS = 0;
    private static final int AVAILABLE = 16 * MAX_SIZE;
    private static final int USED = AVAILABLE + 128;
    /** Where indirect tables are likely. */
    private static final int TABLES = USED + 512;

    private static final ByteBuffer[] BUFFERS = {direct(LOW), direct(HIGH)};
    private static final GuestMemory MEMORY = GuestMemory.of(List.of(
            MemoryRegion.of(0, USER, LOW, (offset, length) -> BUFFERS[0]),
            MemoryRegion.of(HIGH_START, USER + HIGH_START, HIGH, (offset, length) -> BUFFERS[1])));

    private final byte[] input;
    private int next;

    private final int size;
    private final boolean eventIndex;
    private final long features;
    /** What guest memory has to hold. */
    private final byte[] expected = new byte[LOW];

    private SplitVirtqueue queue;
    private final List<Integer> working = new ArrayList<>();
    private final int[] heads;
    private int available;
    private int used;
    private int unpublished;

    private SplitRingFuzz(byte[] input) {
        this.input = input;
        size = 1 << u8() % 6;
        heads = new int[size];
        int choice = u8();
        eventIndex = (choice & 1) != 0;
        features = VirtioFeatures.VERSION_1
                | (eventIndex ? VirtioFeatures.EVENT_IDX : 0)
                | ((choice & 2) == 0 ? VirtioFeatures.INDIRECT_DESC : 0);
        BUFFERS[0].put(0, expected);
        BUFFERS[1].put(0, new byte[HIGH]);
        available = (choice & 4) == 0 ? 0 : u16();
        used = available;
        put16(AVAILABLE + 2, available);
        put16(USED + 2, used);
        open();
    }

    private void open() {
        queue = new SplitVirtqueue(new VirtqueueSetup(
                0, size, USER + DESCRIPTORS, USER + AVAILABLE, USER + USED, available, features, MEMORY));
        unpublished = 0;
    }

    /** Does one run. */
    public static void fuzz(byte[] input) {
        SplitRingFuzz run = new SplitRingFuzz(input);
        for (int step = 0; step < STEPS && run.next < input.length; step++) {
            run.step();
        }
        run.finish();
    }

    private static ByteBuffer direct(int length) {
        return ByteBuffer.allocateDirect(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private int u8() {
        return next < input.length ? input[next++] & 0xff : 0;
    }

    private int u16() {
        return u8() | u8() << 8;
    }

    private long u32() {
        return u16() | (long) u16() << 16;
    }

    // ---- the driver

    private void put16(int at, int value) {
        BUFFERS[0].putShort(at, (short) value);
        expect16(at, value);
    }

    private void put64(int at, long value) {
        for (int i = 0; i < 8; i += 2) {
            put16(at + i, (int) (value >>> 8 * i));
        }
    }

    private void step() {
        switch (u8() % 14) {
            case 0, 1, 2 -> descriptor(DESCRIPTORS + 16 * (u8() % size));
            case 3 -> descriptor(TABLES + 16 * (u8() % 64));
            case 4, 5, 6 -> expose(u8());
            case 7 -> put16(AVAILABLE + 2, available = u16());
            case 8 -> put16(AVAILABLE + 2 * (u8() % 64), u16());
            case 9 -> put16(DESCRIPTORS + 2 * (u16() % (TABLES / 2 - 1)), u16());
            case 10 -> fetch();
            case 11, 12 -> complete();
            default -> rest();
        }
    }

    private void descriptor(int at) {
        int choice = u8();
        boolean indirect = (choice & 0x30) == 0x30;
        int flags = choice & 3 | (indirect ? Descriptor.INDIRECT : 0) | ((choice & 0x40) == 0 ? 0 : u16());
        put64(at, address(indirect));
        long length = indirect ? 16L * (u8() % 68) + (u8() == 0xff ? 1 : 0) : length();
        put16(at + 8, (int) length);
        put16(at + 10, (int) (length >>> 16));
        put16(at + 12, flags);
        put16(at + 14, u8() == 0xff ? u16() : u8() % Math.max(size, 16));
    }

    private long address(boolean indirect) {
        int choice = u8();
        return switch (choice & 7) {
            case 0 -> HIGH_START + u16() % (HIGH + 16);
            case 1 -> LOW - (choice >> 3);
            case 2 -> u32() << 32 | u32();
            default -> indirect ? TABLES + 16 * (choice >> 3) : TABLES + u16() % (LOW - TABLES);
        };
    }

    private long length() {
        int choice = u8();
        return (choice & 0xe0) == 0xe0 ? u32() : choice * 8;
    }

    private void expose(int head) {
        put16(AVAILABLE + 4 + 2 * (available & size - 1), (head & 0x80) == 0 ? head % size : u16());
        available = available + 1 & 0xffff;
        put16(AVAILABLE + 2, available);
    }

    // ---- the device

    private void fetch() {
        boolean broken = queue.fault() != null;
        int limit = 1 + u8() % size;
        int ahead = BUFFERS[0].getShort(AVAILABLE + 2) - queue.base() & 0xffff;
        int count = queue.fetch(heads, limit);
        check(count >= 0 && count <= limit && (count == 0 || !broken), "fetched " + count + " of " + limit);
        for (int i = 0; i < count; i++) {
            int head = heads[i];
            check(head >= 0 && head < size && !working.contains(head), "head " + head + " is in flight twice");
            working.add(head);
            checkSegments(head);
        }
        check(count == 0 || ahead <= size, "fetched although the index jumped by " + ahead);
        check(count == Math.min(limit, ahead) || queue.fault() != null, "fetched " + count + " of " + ahead);
        check(queue.inFlight() == working.size(), queue.inFlight() + " in flight instead of " + working.size());
        checkMemory();
    }

    private void checkSegments(int head) {
        int segments = queue.segments(head);
        boolean outside = false;
        long bytes = 0;
        check(queue.readableSegments(head) >= 0 && queue.readableSegments(head) <= segments, "readable segments");
        for (int i = 0; i < segments; i++) {
            long handle = queue.handle(head, i);
            int length = queue.length(head, i);
            check(length > 0, "segment of " + length + " bytes");
            bytes += length;
            outside |= handle == GuestMemory.NONE;
            check(handle == GuestMemory.NONE || length <= MEMORY.remaining(handle), "segment leaves its window");
        }
        check(queue.hasFault(head) == outside, "fault");
        check(bytes == walk(head), "chain " + head + " has " + bytes + " bytes instead of " + walk(head));
    }

    /** Bytes of a chain, or -1 if it breaks a rule: it leaves its table, is a loop, or is indirect where it may not be. */
    private long walk(int head) {
        return walk(BUFFERS[0], DESCRIPTORS, size, head, false);
    }

    private long walk(ByteBuffer table, int start, int entries, int first, boolean indirect) {
        long bytes = 0;
        int at = first;
        for (int i = 0; i < entries && at < entries; i++) {
            int position = start + 16 * at;
            int flags = table.getShort(position + 12);
            boolean nextOne = (flags & Descriptor.NEXT) != 0;
            if ((flags & Descriptor.INDIRECT) != 0) {
                long inside = indirect || nextOne ? -1 : walkIndirect(table, position);
                return inside < 0 ? -1 : bytes + inside;
            }
            bytes += table.getInt(position + 8) & 0xffff_ffffL;
            if (!nextOne) {
                return bytes;
            }
            at = table.getShort(position + 14) & 0xffff;
        }
        return -1;
    }

    /** Tables of this fuzzer lie in one region; what is fetched from elsewhere was not checked by the queue. */
    private long walkIndirect(ByteBuffer table, int position) {
        long address = table.getLong(position);
        int length = table.getInt(position + 8);
        int region = address >= HIGH_START ? 1 : 0;
        long start = address - (region == 1 ? HIGH_START : 0);
        boolean allowed = (features & VirtioFeatures.INDIRECT_DESC) != 0 && length > 0 && length % 16 == 0;
        return allowed && start >= 0 && start + length <= BUFFERS[region].capacity()
                ? walk(BUFFERS[region], (int) start, length / 16, 0, true)
                : -1;
    }

    private void complete() {
        if (working.isEmpty()) {
            return;
        }
        int head = working.remove(u8() % working.size());
        int written = u16();
        queue.complete(head, written);
        if (queue.fault() == null) {
            int element = USED + 4 + 8 * (used + unpublished & size - 1);
            expect32(element, head);
            expect32(element + 4, written);
            unpublished++;
        }
    }

    private void rest() {
        switch (u8() % 6) {
            case 0, 1, 2 -> publish();
            case 3 -> {
                queue.arm();
                expectEvent(false);
            }
            case 4 -> {
                queue.disarm();
                if (!eventIndex) {
                    expectEvent(true);
                }
            }
            default -> startAgain();
        }
        checkMemory();
    }

    /** As after a reset or a change of the memory table. */
    private void startAgain() {
        if (!working.isEmpty()) {
            return;
        }
        if (queue.fault() == null) {
            publish();
            queue.relocate(MEMORY);
            return;
        }
        available = BUFFERS[0].getShort(AVAILABLE + 2) & 0xffff;
        used = BUFFERS[0].getShort(USED + 2) & 0xffff;
        open();
    }

    private void publish() {
        boolean published = unpublished > 0 && queue.fault() == null;
        queue.publish();
        if (published) {
            used = used + unpublished & 0xffff;
            unpublished = 0;
            expect16(USED + 2, used);
        }
        check(!queue.takeSignal() || published, "signal for nothing");
    }

    private void expectEvent(boolean quiet) {
        if (queue.fault() == null) {
            expect16(eventIndex ? USED + 4 + 8 * size : USED, eventIndex ? queue.base() : quiet ? 1 : 0);
        }
    }

    private void expect16(int at, int value) {
        expected[at] = (byte) value;
        expected[at + 1] = (byte) (value >>> 8);
    }

    private void expect32(int at, int value) {
        expect16(at, value);
        expect16(at + 2, value >>> 16);
    }

    private void finish() {
        while (!working.isEmpty()) {
            complete();
        }
        publish();
        check(queue.inFlight() == 0, queue.inFlight() + " in flight at the end");
        checkMemory();
    }

    private void checkMemory() {
        byte[] actual = new byte[LOW];
        BUFFERS[0].get(0, actual);
        int at = Arrays.mismatch(expected, actual);
        check(at < 0, "the device has written byte " + at);
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
