// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.readable;
import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.writable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.hotbay.memory.GuestMemory;
import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtio.VirtqueueSetup;
import io.hotbay.virtqueue.internal.SplitDriver.Used;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PackedVirtqueueTest {
    private static final int SIZE = 10;
    private static final long RING = 0x1000;
    private static final long DATA = 0x8000;

    private final GuestRam ram = GuestRam.of(1 << 16);
    private final PackedDriver driver = new PackedDriver(ram, RING, SIZE, VirtioFeatures.VERSION_1);
    private final PackedDriver indexed =
            new PackedDriver(ram, RING, SIZE, VirtioFeatures.VERSION_1 | VirtioFeatures.EVENT_IDX);
    private final int[] heads = new int[64];

    // ---- chains

    @Test
    void shouldHandOutAChainByItsBufferIdWithItsSegmentsInOrder() {
        PackedVirtqueue queue = driver.open();
        int head = driver.submit(readable(DATA, 16), writable(DATA + 0x1000, 4096), writable(DATA + 16, 1));

        assertThat(queue.fetch(heads, SIZE)).isEqualTo(1);

        assertThat(heads[0]).isEqualTo(head).isEqualTo(SIZE - 1);
        assertThat(queue.segments(head)).isEqualTo(3);
        assertThat(queue.readableSegments(head)).isEqualTo(1);
        assertThat(queue.handle(head, 1)).isEqualTo(GuestMemory.handle(0, (int) DATA + 0x1000));
        assertThat(queue.length(head, 1)).isEqualTo(4096);
        assertThat(queue.base()).isEqualTo(0x8000_8003);
    }

    @Test
    void shouldShowChainsAtOnceAndDecideOfASignalWhenTheRestIsPublished() {
        PackedVirtqueue queue = driver.open();
        int first = driver.submit(writable(DATA, 1));
        int second = driver.submit(writable(DATA, 1));
        queue.fetch(heads, SIZE);
        queue.complete(first, 1);

        queue.show();

        assertThat(driver.collect()).containsExactly(new Used(first, 1));
        assertThat(queue.takeSignal()).isFalse();
        queue.complete(second, 1);
        queue.show();
        assertThat(driver.collect()).containsExactly(new Used(second, 1));
        queue.publish();
        assertThat(queue.takeSignal()).isTrue();
    }

    @Test
    void shouldShowNothingOfABatchBeforeItIsPublished() {
        PackedVirtqueue queue = driver.open();
        int first = driver.submit(readable(DATA, 16), writable(DATA, 1));
        int second = driver.submit(writable(DATA, 1));
        queue.fetch(heads, SIZE);

        queue.complete(second, 1);
        queue.complete(first, -1);

        assertThat(driver.collect()).isEmpty();
        assertThat(queue.base()).isEqualTo(0x8000_8003);
        queue.publish();
        assertThat(driver.collect()).containsExactly(new Used(second, 1), new Used(first, 0xffff_ffffL));
        assertThat(queue.base()).isEqualTo(0x8003_8003);
    }

    @Test
    void shouldSetTheWriteFlagWhenBytesWereWritten() {
        PackedVirtqueue queue = driver.open();
        driver.submit(readable(DATA, 1));
        driver.submit(writable(DATA, 1));
        driver.submit(readable(DATA, 1));
        queue.fetch(heads, SIZE);
        queue.complete(heads[0], 0);
        queue.complete(heads[1], 1);
        queue.complete(heads[2], 0);
        queue.publish();

        int used = PackedDriver.AVAIL | PackedDriver.USED;
        assertThat(driver.flagsAt(0)).isEqualTo(used);
        assertThat(driver.flagsAt(1)).isEqualTo(used | PackedDriver.WRITE);
        assertThat(driver.flagsAt(2)).isEqualTo(used);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 100, 256, 32767, 32768})
    void shouldServeAFullRingOfAnySizeLapAfterLap(int size) {
        GuestRam large = GuestRam.of(0x1000 + 16 * size + 8);
        PackedDriver full = new PackedDriver(large, 0x1000, size, VirtioFeatures.VERSION_1);
        PackedVirtqueue queue = full.open();
        int[] all = new int[size];
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < size; i++) {
                full.submit(writable(i % 4096, 1 + i));
            }
            assertThat(queue.fetch(all, size)).isEqualTo(size);
            for (int head : all) {
                queue.complete(head, head);
            }
            queue.publish();
            assertThat(full.collect()).hasSize(size).allMatch(used -> used.id() == used.length());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 32769, Integer.MAX_VALUE})
    void shouldRefuseASizeThatIsNotPossible(int size) {
        PackedDriver other = new PackedDriver(ram, RING, Math.min(Math.max(size, 1), 16), VirtioFeatures.VERSION_1);
        VirtqueueSetup setup = other.setup(ram.memory(), null, null, -1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PackedVirtqueue(new VirtqueueSetup(
                        2,
                        size,
                        setup.descriptorAddress(),
                        setup.availableAddress(),
                        setup.usedAddress(),
                        setup.base(),
                        setup.features(),
                        setup.memory())))
                .withMessageContaining("queue 2: size " + size);
    }

    /** 0 as libblkio says it, 0x8000 as SPDK's initiator does, and in full. */
    @ParameterizedTest
    @ValueSource(ints = {0, 0x8000, 0x8000_8000})
    void shouldStartANewRingHoweverItsBaseIsSaid(int base) {
        int early = driver.submit(writable(DATA, 1));
        PackedVirtqueue queue = open(base);

        assertThat(queue.fetch(heads, SIZE)).isEqualTo(1);
        queue.complete(early, 1);
        queue.publish();

        assertThat(driver.collect()).containsExactly(new Used(early, 1));
        assertThat(queue.base()).isEqualTo(0x8001_8001);
    }

    @Test
    void shouldTakeABaseBehindALapByTheLetter() {
        PackedVirtqueue queue = driver.open();
        for (int i = 0; i < SIZE; i++) {
            int head = driver.submit(writable(DATA, 1));
            queue.fetch(heads, 1);
            queue.complete(head, 1);
            queue.publish();
            driver.collect();
        }
        assertThat(queue.base()).isZero();
        int head = driver.submit(writable(DATA, 1));

        PackedVirtqueue next = open(0);

        assertThat(next.fetch(heads, SIZE)).isEqualTo(1);
        assertThat(heads[0]).isEqualTo(head);
        assertThat(next.base()).isEqualTo(0x0000_0001);
    }

    @ParameterizedTest
    @CsvSource({
        // told base, slot that is being written, address, length, id
        "0, 0, 0x8000, 0, 0",
        "0, 0, 0x8000, 512, 3",
        "0, 1, 0x8000, 512, 0",
        "0x8000, 0, 0x8000, 0, 0",
        "0x8000, 0, 0, 512, 0",
        "0x8000, 0, 0x8000, 512, 3",
        "0x8000, 5, 0x8000, 512, 3"
    })
    void shouldStartAtTheFirstDescriptorWhileTheDriverIsWritingIt(
            String told, int slot, String address, long length, int id) {
        driver.descriptor(slot, Long.decode(address), length, id, 0);

        PackedVirtqueue queue = open(Integer.decode(told));

        int head = driver.submit(writable(DATA, 1));
        assertThat(queue.fetch(heads, SIZE)).as(queue.fault()).isEqualTo(1);
        assertThat(heads[0]).isEqualTo(head);
    }

    private PackedVirtqueue open(int base) {
        return new PackedVirtqueue(driver.setup(ram.memory(), null, null, VirtqueueSetup.USED_NOT_LOGGED, base));
    }

    @Test
    void shouldGoOnElsewhereAfterAStop() {
        PackedVirtqueue queue = driver.open();
        for (int i = 0; i < 13; i++) {
            driver.submit(writable(DATA, 1));
            queue.fetch(heads, 1);
            queue.complete(heads[0], 1);
            queue.publish();
            driver.collect();
        }
        assertThat(queue.base()).isEqualTo(0x0003_0003).isEqualTo(driver.base());

        PackedVirtqueue next = driver.open();
        int head = driver.submit(writable(DATA, 1));

        assertThat(next.fetch(heads, SIZE)).isEqualTo(1);
        next.complete(head, 5);
        next.publish();
        assertThat(driver.collect()).containsExactly(new Used(head, 5));
    }

    @Test
    void shouldRestWhileItsRingIsInNoMemoryAndComeBack() {
        PackedVirtqueue queue = driver.open();
        int head = driver.submit(writable(DATA, 1));
        queue.fetch(heads, SIZE);
        queue.complete(head, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> queue.relocate(GuestMemory.EMPTY))
                .withMessageContaining("queue 0: descriptor ring at 0x7f0000001000");
        queue.publish();
        assertThat(queue.fetch(heads, SIZE)).isZero();
        assertThat(queue.arm()).isTrue();
        queue.disarm();
        assertThat(driver.collect()).isEmpty();

        queue.relocate(ram.memory());
        queue.publish();

        assertThat(driver.collect()).containsExactly(new Used(head, 1));
    }

    // ---- notifications: section 2.8.10

    /** Lets a number of requests run, published at once, and tells whether the driver is to be notified. */
    private boolean signalled(PackedDriver of, PackedVirtqueue queue, int requests) {
        for (int i = 0; i < requests; i++) {
            of.submit(writable(DATA, 1));
        }
        assertThat(queue.fetch(heads, SIZE)).isEqualTo(requests);
        for (int i = 0; i < requests; i++) {
            queue.complete(heads[i], 1);
        }
        queue.publish();
        of.collect();
        return queue.takeSignal();
    }

    @Test
    void shouldSignalTheFirstCompletionAfterTheStartWhateverTheDriverSays() {
        driver.driverEvent(0, false, 1);
        PackedVirtqueue queue = driver.open();
        assertThat(signalled(driver, queue, 1)).isTrue();
        assertThat(signalled(driver, queue, 1)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0, true", "1, false", "2, true", "3, true"})
    void shouldFollowTheFlagsWithoutEventIndex(int flags, boolean expected) {
        PackedVirtqueue queue = driver.open();
        signalled(driver, queue, 1);
        driver.driverEvent(9, true, flags);
        assertThat(signalled(driver, queue, 1)).isEqualTo(expected);
    }

    @ParameterizedTest(name = "from position {0} by {1}, event {2} {3}: {4}")
    @CsvSource({
        "1, 1, 1, true, true",
        "1, 1, 2, true, false",
        "1, 1, 0, true, false",
        "1, 5, 5, true, true",
        "1, 5, 6, true, false",
        "8, 4, 9, true, true",
        "8, 4, 1, false, true",
        "8, 4, 2, false, false",
        "8, 4, 1, true, false",
        "8, 2, 0, false, false",
        "8, 3, 0, false, true",
        "12, 3, 4, false, true",
        "12, 3, 4, true, false",
        "18, 4, 1, true, true",
        "18, 4, 1, false, false",
        "18, 4, 9, false, true"
    })
    void shouldSignalWhenTheUsedPositionPassesTheEvent(int from, int count, int slot, boolean wrap, boolean expected) {
        indexed.startAt(from - 1);
        PackedVirtqueue queue = indexed.open();
        signalled(indexed, queue, 1);

        indexed.driverEvent(slot, wrap, 2);

        assertThat(signalled(indexed, queue, count)).isEqualTo(expected);
    }

    @Test
    void shouldFollowThePlainFlagsWithEventIndexToo() {
        PackedVirtqueue queue = indexed.open();
        signalled(indexed, queue, 1);
        indexed.driverEvent(3, true, 1);
        assertThat(signalled(indexed, queue, 4)).isFalse();
        indexed.driverEvent(0, false, 0);
        assertThat(signalled(indexed, queue, 1)).isTrue();
    }

    @Test
    void shouldSignalADriverThatMovesItsEventBackwards() {
        PackedVirtqueue queue = indexed.open();
        signalled(indexed, queue, 1);
        indexed.driverEvent(9, true, 2);
        assertThat(signalled(indexed, queue, 4)).isFalse();

        indexed.driverEvent(3, true, 2);

        assertThat(signalled(indexed, queue, 1)).isTrue();
    }

    @Test
    void shouldAskForANotificationByPositionAndLookAgain() {
        indexed.startAt(13);
        PackedVirtqueue queue = indexed.open();

        assertThat(queue.arm()).isTrue();
        assertThat(indexed.deviceEvent()).isEqualTo(2 << 16 | 3);
        indexed.submit(writable(DATA, 1));
        assertThat(indexed.needsKick()).isTrue();
        assertThat(queue.arm()).as("a chain is there").isFalse();

        queue.disarm();
        assertThat(indexed.deviceEvent()).isEqualTo(1 << 16);
        indexed.submit(writable(DATA, 1));
        assertThat(indexed.needsKick()).isFalse();
    }

    @Test
    void shouldAskForANotificationByFlagWithoutEventIndex() {
        PackedVirtqueue queue = driver.open();
        queue.disarm();
        assertThat(driver.deviceEvent()).isEqualTo(1 << 16);
        assertThat(queue.arm()).isTrue();
        assertThat(driver.deviceEvent()).isZero();
    }
}
