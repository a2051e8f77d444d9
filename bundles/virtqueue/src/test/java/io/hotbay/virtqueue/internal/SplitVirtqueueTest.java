// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.readable;
import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.writable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.hotbay.memory.GuestMemory;
import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtqueue.internal.SplitDriver.Buffer;
import io.hotbay.virtqueue.internal.SplitDriver.Used;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitVirtqueueTest {
    private static final long RING = 0x1000;
    private static final long DATA = 0x8000;

    private final GuestRam ram = GuestRam.of(1 << 16);
    private final SplitDriver driver = new SplitDriver(ram, RING, 8, VirtioFeatures.VERSION_1);
    private final int[] heads = new int[64];

    @Test
    void shouldHandOutAChainWithItsSegmentsInOrder() {
        SplitVirtqueue queue = driver.open();
        int head = driver.submit(readable(DATA, 16), writable(DATA + 0x1000, 4096), writable(DATA + 16, 1));

        assertThat(queue.fetch(heads, 8)).isEqualTo(1);

        assertThat(heads[0]).isEqualTo(head);
        assertThat(queue.segments(head)).isEqualTo(3);
        assertThat(queue.readableSegments(head)).isEqualTo(1);
        assertThat(queue.hasFault(head)).isFalse();
        assertThat(queue.handle(head, 0)).isEqualTo(GuestMemory.handle(0, (int) DATA));
        assertThat(queue.length(head, 0)).isEqualTo(16);
        assertThat(queue.handle(head, 1)).isEqualTo(GuestMemory.handle(0, (int) DATA + 0x1000));
        assertThat(queue.length(head, 1)).isEqualTo(4096);
        assertThat(queue.handle(head, 2)).isEqualTo(GuestMemory.handle(0, (int) DATA + 16));
        assertThat(queue.length(head, 2)).isEqualTo(1);
    }

    @Test
    void shouldFetchNothingFromAnEmptyRing() {
        SplitVirtqueue queue = driver.open();

        assertThat(queue.fetch(heads, 8)).isZero();
        assertThat(queue.fault()).isNull();
    }

    @Test
    void shouldFetchNoMoreThanTheLimitAndTheRestLater() {
        SplitVirtqueue queue = driver.open();
        int first = driver.submit(readable(DATA, 1));
        int second = driver.submit(readable(DATA, 2));
        int third = driver.submit(readable(DATA, 3));

        assertThat(queue.fetch(heads, 0)).isZero();
        assertThat(queue.fetch(heads, 2)).isEqualTo(2);
        assertThat(heads).startsWith(first, second);
        assertThat(queue.base()).isEqualTo(2);
        assertThat(queue.fetch(heads, 2)).isEqualTo(1);
        assertThat(heads[0]).isEqualTo(third);
        assertThat(queue.base()).isEqualTo(3);
    }

    @Test
    void shouldGiveChainsBackInTheOrderOfTheirCompletion() {
        SplitVirtqueue queue = driver.open();
        int first = driver.submit(readable(DATA, 16), writable(DATA, 1));
        int second = driver.submit(readable(DATA, 16), writable(DATA, 1));
        queue.fetch(heads, 8);

        queue.complete(second, 1);
        queue.complete(first, -1);
        queue.publish();

        assertThat(driver.collect()).containsExactly(new Used(second, 1), new Used(first, 0xffff_ffffL));
    }

    @Test
    void shouldNotShowCompletionsBeforeTheyArePublished() {
        SplitVirtqueue queue = driver.open();
        int head = driver.submit(writable(DATA, 1));
        queue.fetch(heads, 8);

        queue.complete(head, 1);

        assertThat(driver.usedIndex()).isZero();
        queue.publish();
        assertThat(driver.usedIndex()).isEqualTo(1);
    }

    @Test
    void shouldCountChainsInFlight() {
        SplitVirtqueue queue = driver.open();
        driver.submit(writable(DATA, 1));
        driver.submit(writable(DATA, 1));

        queue.fetch(heads, 8);
        assertThat(queue.inFlight()).isEqualTo(2);
        queue.complete(heads[0], 1);
        assertThat(queue.inFlight()).isEqualTo(1);
        queue.complete(heads[1], 1);
        assertThat(queue.inFlight()).isZero();
    }

    @Test
    void shouldRefuseToCompleteAChainTwice() {
        SplitVirtqueue queue = driver.open();
        int head = driver.submit(writable(DATA, 1));
        queue.fetch(heads, 8);
        queue.complete(head, 1);

        assertThatIllegalStateException().isThrownBy(() -> queue.complete(head, 1));
        queue.publish();
        assertThat(driver.collect()).containsExactly(new Used(head, 1));
    }

    @Test
    void shouldGoOnFromTheBaseAndFromTheUsedIndexInMemory() {
        driver.startAt(5);
        SplitVirtqueue queue = driver.open();
        int head = driver.submit(writable(DATA, 1));

        assertThat(queue.base()).isEqualTo(5);
        assertThat(queue.fetch(heads, 8)).isEqualTo(1);
        queue.complete(head, 1);
        queue.publish();

        assertThat(driver.usedIndex()).isEqualTo(6);
        assertThat(driver.collect()).containsExactly(new Used(head, 1));
    }

    @Test
    void shouldRunThroughTheWrapOfItsIndices() {
        driver.startAt(65530);
        SplitVirtqueue queue = driver.open();
        for (int round = 0; round < 2_000; round++) {
            int head = driver.submit(readable(DATA, 16), writable(DATA + 16, 1 + round % 7));
            assertThat(queue.fetch(heads, 8)).isEqualTo(1);
            queue.complete(heads[0], round);
            queue.publish();
            assertThat(driver.collect()).containsExactly(new Used(head, round));
        }
        assertThat(queue.base()).isEqualTo((65530 + 2_000) & 0xffff);
        assertThat(queue.fault()).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 64, 256, 1024, 32768})
    void shouldServeAFullRingOfAnySize(int size) {
        GuestRam large = GuestRam.of(0x1000 + SplitDriver.bytes(size) + 4096);
        SplitDriver full = new SplitDriver(large, 0x1000, size, VirtioFeatures.VERSION_1).startAt(65535);
        SplitVirtqueue queue = full.open();
        int[] all = new int[size];
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < size; i++) {
                full.submit(writable(i % 4096, 1 + i));
            }
            assertThat(queue.fetch(all, size)).isEqualTo(size);
            assertThat(queue.inFlight()).isEqualTo(size);
            for (int head : all) {
                queue.complete(head, head);
            }
            queue.publish();
            assertThat(full.collect()).hasSize(size).allMatch(used -> used.id() == used.length());
        }
    }

    @Test
    void shouldKeepManySegmentsOfManyChainsApart() {
        SplitDriver wide = new SplitDriver(ram, RING, 256, VirtioFeatures.VERSION_1);
        SplitVirtqueue queue = wide.open();
        for (int round = 0; round < 3; round++) {
            int[] submitted = {wide.submit(ascending(100)), wide.submit(ascending(5)), wide.submit(ascending(30))};
            assertThat(queue.fetch(heads, 8)).isEqualTo(3);
            assertThat(heads).startsWith(submitted);
            assertAscending(queue, submitted[0], 100);
            assertAscending(queue, submitted[1], 5);
            assertAscending(queue, submitted[2], 30);
            for (int head : submitted) {
                queue.complete(head, 0);
            }
            queue.publish();
            assertThat(wide.collect()).hasSize(3);
        }
    }

    private static Buffer[] ascending(int count) {
        Buffer[] buffers = new Buffer[count];
        for (int i = 0; i < count; i++) {
            buffers[i] = new Buffer(DATA + 64L * i, i + 1, i >= count / 2);
        }
        return buffers;
    }

    private static void assertAscending(SplitVirtqueue queue, int head, int count) {
        assertThat(queue.segments(head)).isEqualTo(count);
        assertThat(queue.readableSegments(head)).isEqualTo(count / 2);
        for (int i = 0; i < count; i++) {
            assertThat(queue.handle(head, i)).isEqualTo(GuestMemory.handle(0, (int) DATA + 64 * i));
            assertThat(queue.length(head, i)).isEqualTo(i + 1);
        }
    }

    @Test
    void shouldTouchGuestMemoryNoMoreOnceItIsDeclaredBroken() {
        SplitVirtqueue queue = driver.open();
        int completed = driver.submit(writable(DATA, 1));
        int late = driver.submit(writable(DATA, 1));
        driver.submit(writable(DATA, 1));
        queue.fetch(heads, 2);
        queue.complete(completed, 1);

        queue.fail("request header too short");
        queue.complete(late, 7);
        queue.publish();
        queue.disarm();

        assertThat(queue.fetch(heads, 8)).isZero();
        assertThat(queue.inFlight()).isZero();
        assertThat(queue.arm()).isTrue();
        assertThat(queue.takeSignal()).isFalse();
        assertThat(driver.usedFlags()).isZero();
        assertThat(driver.usedIndex()).isZero();
        assertThat(ram.get32(driver.used + 4 + 8 + 4))
                .as("length in the second used element")
                .isZero();
        assertThat(queue.base()).isEqualTo(2);
    }

    @Test
    void shouldKeepTheFirstReasonOfBeingBroken() {
        SplitVirtqueue queue = driver.open();
        assertThat(queue.fault()).isNull();

        queue.fail("first");
        queue.fail("second");

        assertThat(queue.fault()).isEqualTo("first");
    }
}
