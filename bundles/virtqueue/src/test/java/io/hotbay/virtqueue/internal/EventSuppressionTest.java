// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.writable;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.virtio.VirtioFeatures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When each side notifies the other: virtio 1.x sections 2.7.7 and 2.7.10. */
class EventSuppressionTest {
    private static final int SIZE = 64;
    private static final long RING = 0x1000;
    private static final long DATA = 0x8000;

    private final GuestRam ram = GuestRam.of(1 << 16);
    private final SplitDriver plain = new SplitDriver(ram, RING, SIZE, VirtioFeatures.VERSION_1);
    private final SplitDriver indexed =
            new SplitDriver(ram, RING, SIZE, VirtioFeatures.VERSION_1 | VirtioFeatures.EVENT_IDX);
    private final int[] heads = new int[SIZE];

    /** Lets a number of requests run, published at once, and tells whether the driver is to be notified. */
    private boolean signalled(SplitDriver driver, SplitVirtqueue queue, int requests) {
        for (int i = 0; i < requests; i++) {
            driver.submit(writable(DATA, 1));
        }
        assertThat(queue.fetch(heads, SIZE)).isEqualTo(requests);
        for (int i = 0; i < requests; i++) {
            queue.complete(heads[i], 1);
        }
        queue.publish();
        driver.collect();
        return queue.takeSignal();
    }

    @Test
    void shouldSignalTheFirstCompletionAfterTheStartWhateverTheEventIndex() {
        indexed.usedEvent(1000);
        assertThat(signalled(indexed, indexed.open(), 1)).isTrue();
    }

    @Test
    void shouldSignalTheFirstCompletionAfterTheStartWhateverTheFlag() {
        plain.noInterrupt(true);
        assertThat(signalled(plain, plain.open(), 1)).isTrue();
    }

    @Test
    void shouldHandASignalOutOnce() {
        SplitVirtqueue queue = plain.open();
        assertThat(signalled(plain, queue, 1)).isTrue();
        assertThat(queue.takeSignal()).isFalse();
    }

    @Test
    void shouldKeepASignalUntilItIsTaken() {
        SplitVirtqueue queue = plain.open();
        plain.submit(writable(DATA, 1));
        plain.submit(writable(DATA, 1));
        queue.fetch(heads, SIZE);
        queue.complete(heads[0], 1);
        queue.publish();
        plain.noInterrupt(true);
        queue.complete(heads[1], 1);
        queue.publish();

        assertThat(queue.takeSignal()).isTrue();
    }

    @Test
    void shouldShowChainsAtOnceAndDecideOfASignalWhenTheRestIsPublished() {
        SplitVirtqueue queue = indexed.open();
        signalled(indexed, queue, 1);
        indexed.usedEvent(1);
        indexed.submit(writable(DATA, 1));
        indexed.submit(writable(DATA, 1));
        queue.fetch(heads, SIZE);
        queue.complete(heads[0], 1);

        queue.show();

        assertThat(indexed.usedIndex()).isEqualTo(2);
        assertThat(queue.takeSignal()).isFalse();
        queue.complete(heads[1], 1);
        queue.publish();
        assertThat(indexed.usedIndex()).isEqualTo(3);
        assertThat(queue.takeSignal()).isTrue();
    }

    @Test
    void shouldDecideOfASignalWhenAllHasBeenShownAlready() {
        SplitVirtqueue queue = plain.open();
        plain.submit(writable(DATA, 1));
        queue.fetch(heads, SIZE);
        queue.complete(heads[0], 1);
        queue.show();
        assertThat(queue.takeSignal()).isFalse();

        queue.publish();

        assertThat(queue.takeSignal()).isTrue();
        queue.publish();
        assertThat(queue.takeSignal()).isFalse();
    }

    @Test
    void shouldNotSignalWhenNothingWasCompleted() {
        SplitVirtqueue queue = plain.open();
        plain.submit(writable(DATA, 1));
        queue.fetch(heads, SIZE);

        queue.publish();

        assertThat(queue.takeSignal()).isFalse();
        assertThat(plain.usedIndex()).isZero();
    }

    @Test
    void shouldFollowTheFlagWithoutEventIndex() {
        SplitVirtqueue queue = plain.open();
        signalled(plain, queue, 1);

        assertThat(signalled(plain, queue, 1)).isTrue();
        plain.noInterrupt(true);
        assertThat(signalled(plain, queue, 3)).isFalse();
        plain.noInterrupt(false);
        assertThat(signalled(plain, queue, 1)).isTrue();
    }

    @ParameterizedTest(name = "used index from {0} by {1}, event index {2}: {3}")
    @CsvSource({
        "0, 1, 0, true",
        "0, 1, 1, false",
        "0, 1, 65535, false",
        "0, 5, 0, true",
        "0, 5, 4, true",
        "0, 5, 5, false",
        "100, 10, 99, false",
        "100, 10, 100, true",
        "100, 10, 109, true",
        "100, 10, 110, false",
        "65533, 2, 65534, true",
        "65533, 3, 65535, true",
        "65533, 3, 0, false",
        "65533, 4, 0, true",
        "65533, 4, 65532, false",
        "65535, 1, 65535, true",
        "65535, 1, 0, false",
        "65535, 2, 0, true",
        "0, 64, 32768, false"
    })
    void shouldSignalWhenTheUsedIndexPassesTheEventIndex(int old, int count, int event, boolean expected) {
        indexed.startAt(old - 1 & 0xffff);
        SplitVirtqueue queue = indexed.open();
        signalled(indexed, queue, 1);
        assertThat(indexed.usedIndex()).isEqualTo(old);

        indexed.usedEvent(event);

        assertThat(signalled(indexed, queue, count)).isEqualTo(expected);
    }

    @Test
    void shouldSignalADriverThatMovesItsEventIndexBackwards() {
        SplitVirtqueue queue = indexed.open();
        signalled(indexed, queue, 1);
        indexed.usedEvent(20);
        assertThat(signalled(indexed, queue, 4)).isFalse();

        indexed.usedEvent(3);

        assertThat(signalled(indexed, queue, 1)).isTrue();
    }

    @Test
    void shouldNotLoseASignalWhenAllIndicesHavePassedWithoutOne() {
        SplitVirtqueue queue = indexed.open();
        signalled(indexed, queue, 1);
        // The driver polls, with its event index just ahead, and then sleeps before the 16-bit distance has come round.
        int quiet = 65530;
        for (int done = 0; done < quiet; done += 10) {
            indexed.usedEvent(indexed.lastUsed() + 10 & 0xffff);
            assertThat(signalled(indexed, queue, 10)).isFalse();
        }
        assertThat(indexed.lastUsed()).isEqualTo(1 + quiet);
        indexed.usedEvent(indexed.lastUsed());

        assertThat(signalled(indexed, queue, 10)).isTrue();
    }

    @Test
    void shouldAskForANotificationByIndexAndLookAgain() {
        SplitVirtqueue queue = indexed.open();
        signalled(indexed, queue, 3);

        assertThat(queue.arm()).isTrue();
        assertThat(indexed.availableEvent()).isEqualTo(3);

        indexed.needsKick();
        indexed.submit(writable(DATA, 1));
        assertThat(indexed.needsKick()).isTrue();
        assertThat(queue.arm()).isFalse();
        assertThat(indexed.usedFlags()).isZero();
    }

    @Test
    void shouldLetTheEventFallBehindWhilePolling() {
        SplitVirtqueue queue = indexed.open();
        queue.arm();
        indexed.submit(writable(DATA, 1));
        assertThat(indexed.needsKick()).isTrue();
        queue.fetch(heads, SIZE);

        queue.disarm();

        indexed.submit(writable(DATA, 1));
        assertThat(indexed.needsKick()).isFalse();
        assertThat(queue.fetch(heads, SIZE)).isEqualTo(1);
    }

    @Test
    void shouldAskForANotificationAcrossTheWrap() {
        indexed.startAt(65535);
        SplitVirtqueue queue = indexed.open();

        assertThat(queue.arm()).isTrue();
        assertThat(indexed.availableEvent()).isEqualTo(65535);
        indexed.submit(writable(DATA, 1));
        assertThat(indexed.needsKick()).isTrue();

        assertThat(queue.fetch(heads, SIZE)).isEqualTo(1);
        assertThat(queue.arm()).isTrue();
        assertThat(indexed.availableEvent()).isZero();
    }

    @Test
    void shouldAskForANotificationByFlagWithoutEventIndex() {
        SplitVirtqueue queue = plain.open();

        queue.disarm();
        assertThat(plain.usedFlags()).isEqualTo(1);
        plain.submit(writable(DATA, 1));
        assertThat(plain.needsKick()).isFalse();

        assertThat(queue.arm()).as("a chain is there").isFalse();
        assertThat(plain.usedFlags()).isZero();
        queue.fetch(heads, SIZE);
        assertThat(queue.arm()).isTrue();
    }

    @Test
    void shouldLeaveTheEventFieldsAloneWithoutTheFeature() {
        SplitVirtqueue queue = plain.open();
        ram.put16(plain.used + 4 + 8 * SIZE, 0x1234);
        signalled(plain, queue, 5);

        queue.arm();
        queue.disarm();

        assertThat(plain.availableEvent()).isEqualTo(0x1234);
    }

    @Test
    void shouldLeaveTheFlagAloneWithEventIndex() {
        SplitVirtqueue queue = indexed.open();

        queue.disarm();

        assertThat(indexed.usedFlags()).isZero();
    }

    @Test
    void shouldBreakAndNotSleepOverAnImpossibleIndex() {
        SplitVirtqueue queue = indexed.open();
        indexed.availableIndex(SIZE + 1);

        assertThat(queue.arm()).isFalse();
        assertThat(queue.fetch(heads, SIZE)).isZero();
        assertThat(queue.fault()).isNotNull();
        assertThat(queue.arm()).isTrue();
    }
}
