// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.memory.GuestMemory;
import io.hotbay.virtio.OwnedVirtqueue;
import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtqueue.internal.SplitDriver.Buffer;
import io.hotbay.virtqueue.internal.SplitDriver.Used;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Driver and device take turns at random, and both sleep: the device until it is kicked, the driver until it is signalled.
 * Whatever the schedule, every chain comes back once with what the device wrote, and nobody sleeps for ever.
 */
class RandomScheduleTest {
    private static final int STEPS = 20_000;
    private static final long RING = 0x1000;
    private static final int LARGEST_RING = 512;
    private static final long TABLES = 0x8000;
    private static final int TABLE_BYTES = 256;
    private static final long DATA = 0x40000;
    private static final int DATA_BYTES = 1 << 16;

    private final GuestRam ram =
            GuestRam.of((int) DATA).region(DATA, DATA_BYTES / 2).region(DATA + DATA_BYTES / 2, DATA_BYTES / 2);

    private Random random;
    private RingDriver driver;
    private OwnedVirtqueue queue;
    private GuestMemory memory;

    /** What the driver waits for, by head. */
    private final Map<Integer, Buffer[]> submitted = new HashMap<>();
    /** What the device says it has written, by head. */
    private final Map<Integer, Long> written = new HashMap<>();

    private final List<Integer> working = new ArrayList<>();
    private final int[] heads = new int[LARGEST_RING];
    private boolean deviceAsleep;
    private boolean driverAsleep;
    private int finished;

    @ParameterizedTest(name = "ring of {0}, event index {1}, indirect {2}, from {3}, seed {4}, packed {5}")
    @CsvSource({
        "1, false, false, 0, 1, false",
        "1, true, true, 65000, 2, false",
        "2, true, false, 0, 3, false",
        "8, false, true, 65500, 4, false",
        "8, true, true, 40000, 5, false",
        "64, true, false, 65535, 6, false",
        "64, false, true, 12345, 7, false",
        "512, true, true, 65000, 8, false",
        "1, false, false, 0, 11, true",
        "1, true, true, 1, 12, true",
        "2, true, false, 3, 13, true",
        "3, false, true, 5, 14, true",
        "7, true, true, 12, 15, true",
        "64, true, false, 127, 16, true",
        "100, false, true, 42, 17, true",
        "512, true, true, 1000, 18, true"
    })
    void shouldBringEveryChainBackOnce(
            int size, boolean eventIdx, boolean indirect, int start, long seed, boolean packed) {
        random = new Random(seed);
        long features = VirtioFeatures.VERSION_1
                | (eventIdx ? VirtioFeatures.EVENT_IDX : 0)
                | (indirect ? VirtioFeatures.INDIRECT_DESC : 0)
                | (packed ? VirtioFeatures.RING_PACKED : 0);
        driver = RingDriver.of(ram, RING, size, features, start);
        memory = ram.memory();
        queue = driver.openPlain(memory);

        for (int step = 0; step < STEPS; step++) {
            switch (random.nextInt(4)) {
                case 0 -> driverSubmits(indirect);
                case 1 -> driverCollects();
                case 2 -> deviceFetches();
                default -> deviceCompletes();
            }
        }
        settle();

        assertThat(queue.fault()).isNull();
        assertThat(submitted).isEmpty();
        assertThat(queue.inFlight()).isZero();
        assertThat(driver.freeDescriptors()).isEqualTo(size);
        assertThat(finished).isGreaterThan(STEPS / 32);
    }

    /** Both sides run until both sleep; only kicks, signals and finished work wake them. */
    private void settle() {
        while (!deviceAsleep || !driverAsleep || !working.isEmpty()) {
            deviceFetches();
            while (!working.isEmpty()) {
                deviceCompletes();
            }
            driverCollects();
        }
    }

    private void driverSubmits(boolean indirect) {
        int batch = 1 + random.nextInt(4);
        for (int i = 0; i < batch && driver.freeDescriptors() > 0; i++) {
            boolean table = indirect && random.nextBoolean();
            Buffer[] buffers = chain(table ? TABLE_BYTES / 16 : Math.min(6, driver.freeDescriptors()));
            int head = table
                    ? driver.submitIndirect(TABLES + (long) TABLE_BYTES * driver.nextHead(), buffers)
                    : driver.submit(buffers);
            submitted.put(head, buffers);
        }
        if (driver.needsKick()) {
            deviceAsleep = false;
        }
    }

    private Buffer[] chain(int most) {
        Buffer[] buffers = new Buffer[1 + random.nextInt(most)];
        int readable = random.nextInt(buffers.length + 1);
        for (int i = 0; i < buffers.length; i++) {
            int length = random.nextInt(8) == 0 ? 0 : 1 + random.nextInt(8192);
            long address = DATA + random.nextInt(DATA_BYTES - length);
            buffers[i] = new Buffer(address, length, i >= readable);
        }
        return buffers;
    }

    private void driverCollects() {
        if (driverAsleep) {
            return;
        }
        List<Used> used = driver.collect();
        for (Used one : used) {
            assertThat(submitted.remove(one.id()))
                    .as("chain %d was waited for", one.id())
                    .isNotNull();
            assertThat(one.length()).isEqualTo(written.remove(one.id()));
            finished++;
        }
        if (used.isEmpty()) {
            // Asks for a signal at the next element, looks once more, then sleeps.
            driver.wantSignal();
            driverAsleep = !driver.hasUsed();
        } else if (random.nextBoolean()) {
            driver.wantSignalAhead(random.nextInt(1000));
        }
    }

    private void deviceFetches() {
        if (deviceAsleep) {
            return;
        }
        int count = queue.fetch(heads, 1 + random.nextInt(queue.size()));
        for (int i = 0; i < count; i++) {
            assertSegments(heads[i]);
            working.add(heads[i]);
        }
        if (count > 0) {
            queue.disarm();
        } else {
            deviceAsleep = queue.arm();
        }
    }

    private void assertSegments(int head) {
        int segment = 0;
        int readable = 0;
        for (Buffer buffer : submitted.get(head)) {
            long done = 0;
            while (done < buffer.length()) {
                assertThat(queue.handle(head, segment)).isEqualTo(memory.translate(buffer.address() + done, -1));
                done += queue.length(head, segment);
                segment++;
            }
            assertThat(done).isEqualTo(buffer.length());
            readable = buffer.writable() ? readable : segment;
        }
        assertThat(queue.segments(head)).isEqualTo(segment);
        assertThat(queue.readableSegments(head)).isEqualTo(readable);
        assertThat(queue.hasFault(head)).isFalse();
    }

    private void deviceCompletes() {
        int batch = Math.min(working.size(), 1 + random.nextInt(8));
        for (int i = 0; i < batch; i++) {
            int head = working.remove(random.nextInt(working.size()));
            int length = random.nextInt();
            written.put(head, length & 0xffff_ffffL);
            queue.complete(head, length);
        }
        queue.publish();
        if (queue.takeSignal()) {
            driverAsleep = false;
        }
    }
}
