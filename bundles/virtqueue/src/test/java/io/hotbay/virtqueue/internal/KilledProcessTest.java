// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.readable;
import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.writable;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.virtio.OwnedVirtqueue;
import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtio.VirtqueueSetup;
import io.hotbay.virtqueue.internal.SplitDriver.Buffer;
import io.hotbay.virtqueue.internal.SplitDriver.Used;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A process is killed before any one step of taking, completing and publishing. The next one must get every chain that was not
 * answered, in the order in which they were made available, and no other.
 */
class KilledProcessTest {
    private static final long RING = 0x1000;
    private static final long DATA = 0x8000;
    private static final long TABLE = 0x6000;
    /** More steps than any script has. */
    private static final int IMMORTAL = 10_000;

    private GuestRam ram;
    private RingDriver driver;
    private ByteBuffer region;
    private long features;
    /** Of the last process that was begun. */
    private Killed.Life life;

    private final int[] heads = new int[64];
    /** Heads made available and not yet seen used, in their order, and the lengths of their first buffers. */
    private final List<Integer> waiting = new ArrayList<>();

    private final int[] firstLengths = new int[64];
    private int submitted;

    private void setUp(boolean packed, int size, int start) {
        features = VirtioFeatures.VERSION_1 | VirtioFeatures.INDIRECT_DESC | (packed ? VirtioFeatures.RING_PACKED : 0);
        waiting.clear();
        submitted = 0;
        ram = GuestRam.of(1 << 16);
        driver = RingDriver.of(ram, RING, size, features, start);
        region = ByteBuffer.allocateDirect(new GuestVirtqueueFactory().inFlightBytes(size, features));
    }

    private OwnedVirtqueue open(int steps) {
        life = new Killed.Life(steps);
        VirtqueueSetup setup = driver.setup(ram.memory(), region, null, VirtqueueSetup.USED_NOT_LOGGED);
        if (VirtioFeatures.has(features, VirtioFeatures.RING_PACKED)) {
            return new PackedVirtqueue(
                    setup,
                    (bytes, laps, entries, size, used, counter) ->
                            new MortalPackedTracker(bytes, laps, entries, size, used, counter, life));
        }
        return new SplitVirtqueue(
                setup, (bytes, size, marked, counter) -> new MortalSplitTracker(bytes, size, marked, counter, life));
    }

    /** Chains of three, two and one descriptors in turn, the last one with a table. */
    private void submit(int count) {
        for (int i = 0; i < count; i++) {
            int length = 1 + submitted % 100;
            Buffer first = readable(DATA + submitted % 50, length);
            int head =
                    switch (submitted++ % 3) {
                        case 0 -> driver.submit(first, writable(DATA + 16, 512), writable(DATA, 1));
                        case 1 -> driver.submit(first, writable(DATA, 1));
                        default -> driver.submitIndirect(TABLE + 32L * driver.nextHead(), first, writable(DATA, 1));
                    };
            firstLengths[head] = length;
            waiting.add(head);
        }
    }

    private void collect() {
        for (Used used : driver.collect()) {
            assertThat(waiting.remove((Integer) used.id()))
                    .as("head %d was waited for", used.id())
                    .isTrue();
        }
    }

    private void assertChain(OwnedVirtqueue queue, int head) {
        assertThat(queue.length(head, 0)).isEqualTo(firstLengths[head]);
        assertThat(queue.readableSegments(head)).isEqualTo(1);
    }

    @ParameterizedTest(name = "packed {0}, ring of {1}, from {2}")
    @CsvSource({
        "false, 32, 0",
        "false, 32, 65530",
        "true, 20, 0",
        "true, 20, 15",
        "true, 20, 35",
        "true, 17, 16",
        "true, 18, 31"
    })
    void shouldAnswerEveryHeadOnceWhereverTheProcessIsKilled(boolean packed, int size, int start) {
        int steps = 0;
        boolean killed = true;
        while (killed) {
            setUp(packed, size, start);
            script(steps);
            finish();

            // the driver may have looked at the ring before the next process comes up
            setUp(packed, size, start);
            killed = script(steps);
            collect();
            finish();
            steps++;
        }
        assertThat(steps).as("steps of the script").isGreaterThan(30);
    }

    @ParameterizedTest(name = "packed {0}, ring of {1}, from {2}")
    @CsvSource({"false, 32, 65530", "true, 20, 15", "true, 20, 35"})
    void shouldAnswerEveryHeadOnceWhereverTheSecondProcessIsKilledToo(boolean packed, int size, int start) {
        for (int steps = 0; steps < 80; steps++) {
            for (int second = 0; second < 24; second += 1 + steps % 3) {
                setUp(packed, size, start);
                script(steps);
                finishBefore(second);
                finish();
            }
        }
    }

    /** Returns whether it was killed. */
    private boolean script(int steps) {
        try {
            OwnedVirtqueue queue = open(steps);
            submit(6);
            answerInOrder(queue, 2);
            collect();
            submit(2);
            queue.fetch(heads, 3);
            queue.complete(heads[1], 1);
            queue.fetch(heads, 1);
            queue.publish();
            collect();
            submit(2);
            queue.fetch(heads, 4);
            queue.complete(heads[3], 1);
            queue.complete(heads[0], 1);
            queue.complete(heads[2], 1);
            queue.publish();
            collect();
            submit(2);
            queue.fetch(heads, 1);
            queue.complete(heads[0], 1);
            queue.publish();
            answerInOrder(queue, 9);
            collect();
            submit(3);
            answerInOrder(queue, 3);
            return false;
        } catch (Killed killed) {
            return true;
        }
    }

    /** Answers chains as a bdev does that works at once, in two parts. */
    private void answerInOrder(OwnedVirtqueue queue, int limit) {
        int count = queue.fetch(heads, limit);
        life.step("answer");
        for (int i = 0; i < count; i++) {
            queue.complete(heads[i], 1);
            if (i == count / 2) {
                life.step("show");
                queue.show();
                life.step("next part");
            }
        }
        life.step("publish");
        queue.publish();
        life.step("next batch");
    }

    /** A process that answers every other chain and is killed before it comes to the end. */
    private void finishBefore(int steps) {
        try {
            OwnedVirtqueue queue = open(steps);
            while (queue.fetch(heads, 2) > 0) {
                queue.complete(heads[0], 1);
                queue.publish();
            }
        } catch (Killed killed) {
            // the one after it finds out
        }
    }

    private void finish() {
        OwnedVirtqueue queue = open(IMMORTAL);
        collect();
        List<Integer> fetched = new ArrayList<>();
        int count = queue.fetch(heads, 2);
        while (count > 0) {
            for (int i = 0; i < count; i++) {
                assertChain(queue, heads[i]);
                fetched.add(heads[i]);
            }
            count = queue.fetch(heads, 2);
        }
        assertThat(queue.fault()).isNull();
        assertThat(fetched).isEqualTo(waiting);
        for (int i = fetched.size() - 1; i >= 0; i--) {
            queue.complete(fetched.get(i), 1);
            if (i % 3 == 1) {
                queue.publish();
                collect();
            }
        }
        queue.publish();
        collect();
        assertThat(waiting).isEmpty();
        int base = queue.base();
        OwnedVirtqueue idle = open(IMMORTAL);
        assertThat(idle.fetch(heads, 2)).isZero();
        assertThat(idle.base()).isEqualTo(base);
    }

    @ParameterizedTest(name = "packed {0}, ring of {1}, from {2}")
    @CsvSource({"false, 32, 60000", "true, 19, 3", "true, 4, 0"})
    void shouldAnswerEveryHeadOnceInALongRunOfKills(boolean packed, int size, int start) {
        Random random = new Random(42);
        setUp(packed, size, start);
        for (int process = 0; process < 1_000; process++) {
            try {
                runUntilKilled(random, open(random.nextInt(150)));
            } catch (Killed killed) {
                // the next one goes on
            }
        }
        assertThat(submitted).isGreaterThan(3_000);
    }

    private void runUntilKilled(Random random, OwnedVirtqueue queue) {
        collect();
        List<Integer> order = new ArrayList<>(waiting);
        List<Integer> working = new ArrayList<>();
        boolean orderly = random.nextBoolean();
        for (int round = 0; round < IMMORTAL; round++) {
            while (driver.freeDescriptors() >= 3 && random.nextInt(3) != 0) {
                submit(1);
                order.add(waiting.get(waiting.size() - 1));
            }
            int count = queue.fetch(heads, 1 + random.nextInt(4));
            assertThat(queue.fault()).isNull();
            for (int i = 0; i < count; i++) {
                assertThat(heads[i]).isEqualTo(order.remove(0));
                assertChain(queue, heads[i]);
                working.add(heads[i]);
            }
            for (int i = random.nextInt(4); i > 0 && !working.isEmpty(); i--) {
                queue.complete(working.remove(orderly ? 0 : random.nextInt(working.size())), 1);
            }
            life.step("publish");
            if (random.nextBoolean()) {
                queue.publish();
            }
            collect();
        }
        throw new AssertionError("a process that was to be killed has nothing left to do");
    }
}
