// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import static io.hotbay.virtioblk.internal.BlkDriver.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.bdev.BlockType;
import io.hotbay.memory.GuestMemory;
import io.hotbay.virtioblk.internal.BlkDriver.Chain;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BlkQueueTest {
    private final FakeBdev bdev = new FakeBdev();
    private BlkDriver driver;

    @BeforeEach
    void start() throws IOException {
        driver = new BlkDriver(bdev).start();
    }

    private List<Chain> offerReads(int count) {
        List<Chain> chains = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            chains.add(driver.in(i, 512).offer());
        }
        return chains;
    }

    /** How many of the chains were used each time that some were shown in the middle of a batch. */
    private List<Long> usedWhenShown(List<Chain> chains) {
        List<Long> used = new ArrayList<>();
        driver.ring.whenShown(
                () -> used.add(chains.stream().filter(Chain::isUsed).count()));
        return used;
    }

    @Test
    void shouldHandAFewRequestsOfAPollToTheBdevAsOneBatchAndPublishOnce() {
        List<Chain> chains = offerReads(16);
        assertThat(driver.queue.poll()).isEqualTo(32);
        assertThat(bdev.batches).isEqualTo(1);
        assertThat(driver.ring.publications).isEqualTo(1);
        assertThat(chains).allMatch(Chain::isUsed);
    }

    @Test
    void shouldShowTheFirstPartOfABatchBeforeTheBdevGetsTheNext() {
        List<Chain> chains = offerReads(40);
        List<Long> used = usedWhenShown(chains);
        assertThat(driver.queue.poll()).isEqualTo(80);
        assertThat(used).containsExactly(16L, 32L, 40L);
        assertThat(bdev.batches).isEqualTo(3);
        assertThat(driver.ring.publications).isEqualTo(1);
        assertThat(driver.ring.isPublished()).isTrue();
        assertThat(chains).allMatch(Chain::isUsed);
    }

    @Test
    void shouldTakeWhatTheDriverMakesAvailableMeanwhile() {
        List<Chain> chains = offerReads(4);
        List<Chain> later = new ArrayList<>();
        driver.ring.whenShown(() -> {
            if (later.size() < 5) {
                later.addAll(offerReads(later.isEmpty() ? 3 : 2));
            }
        });
        assertThat(driver.queue.poll()).isEqualTo(18);
        assertThat(driver.ring.publications).isEqualTo(1);
        assertThat(bdev.batches).isEqualTo(3);
        assertThat(chains).allMatch(Chain::isUsed);
        assertThat(later).hasSize(5).allMatch(Chain::isUsed);
        assertThat(driver.queue.poll()).isZero();
    }

    @Test
    void shouldTakeNoMoreThanABatchFromADriverThatNeverStops() {
        offerReads(16);
        driver.ring.whenShown(() -> offerReads(16));
        assertThat(driver.queue.poll()).isEqualTo(2 * 64);
        assertThat(driver.queue.inFlight()).isZero();
    }

    @Test
    void shouldNotLookForMoreBesideASingleRequestNorWhileTheBdevIsAtWork() {
        driver.in(0, 512).offer();
        driver.queue.poll();
        assertThat(driver.ring.fetches).isEqualTo(1);
        bdev.delayed = true;
        offerReads(3);
        driver.queue.poll();
        assertThat(driver.ring.fetches).isEqualTo(2);
    }

    @Test
    void shouldHandAFullBatchToTheBdevAsOne() {
        List<Long> used = usedWhenShown(offerReads(64));
        driver.queue.poll();
        assertThat(used).isEmpty();
        assertThat(bdev.batches).isEqualTo(1);
    }

    @Test
    void shouldShowWhatABdevLetsItAnswerInTheMiddleOfASubmit() {
        bdev.answersEarly = true;
        List<Chain> chains = offerReads(3);
        List<Long> used = usedWhenShown(chains);
        assertThat(driver.queue.poll()).isEqualTo(6);
        assertThat(used).containsExactly(1L, 2L, 3L);
        assertThat(driver.ring.publications)
                .as("times at which it looks whether to notify")
                .isEqualTo(1);
        assertThat(driver.queue.inFlight()).isZero();
    }

    @Test
    void shouldShowNothingWhileTheBdevHasNothingDone() {
        bdev.answersEarly = true;
        bdev.delayed = true;
        List<Long> used = usedWhenShown(offerReads(40));
        driver.queue.poll();
        assertThat(used).isEmpty();
        bdev.delayed = false;
        assertThat(driver.queue.poll()).isEqualTo(40);
    }

    @Test
    void shouldLeaveTheRestOfALongQueueToTheNextPoll() {
        List<Chain> chains = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            chains.add(driver.in(i, 512).offer());
        }
        driver.queue.poll();
        assertThat(chains).filteredOn(Chain::isUsed).hasSize(64);
        driver.queue.poll();
        assertThat(chains).allMatch(Chain::isUsed);
        assertThat(driver.queue.poll()).isZero();
    }

    @Test
    void shouldDoNothingWithoutRequests() {
        assertThat(driver.queue.poll()).isZero();
        assertThat(driver.queue.drain()).isZero();
        assertThat(bdev.batches).isZero();
        assertThat(driver.ring.publications).isZero();
    }

    @Test
    void shouldAnswerWhatIsWrongAtOnceBesideWhatTheBdevDelays() {
        bdev.delayed = true;
        Chain slow = driver.in(0, 512).offer();
        Chain wrong = driver.in(-1, 512).offer();
        driver.queue.poll();
        assertThat(wrong.statusByte()).isEqualTo(BlkRequest.IOERR);
        assertThat(slow.isUsed()).isFalse();
        assertThat(driver.queue.inFlight()).isEqualTo(1);
    }

    @Test
    void shouldFinishWithoutTakingMoreWhenDrained() {
        bdev.delayed = true;
        Chain first = driver.in(0, 512).offer();
        driver.queue.poll();
        Chain second = driver.in(0, 512).offer();
        assertThat(driver.queue.drain()).isZero();
        bdev.delayed = false;
        assertThat(driver.queue.drain()).isEqualTo(1);
        assertThat(first.statusByte()).isEqualTo(BlkRequest.OK);
        assertThat(driver.ring.isPublished()).isTrue();
        assertThat(driver.queue.inFlight()).isZero();
        assertThat(second.isUsed()).isFalse();
    }

    @Test
    void shouldGoOnWithNewMemory() {
        driver.out(0, pattern(512, 1)).send();
        GuestMemory former = driver.ring.memory;
        driver.ring.memory = FakeVirtqueue.newMemory();
        Chain read = driver.in(0, 512);
        assertThat(read.send()).isEqualTo(BlkRequest.OK);
        assertThat(read.data()).isEqualTo(pattern(512, 1));
        assertThat(driver.ring.memory).isNotSameAs(former);
    }

    @Test
    void shouldReuseTheSlotOfAHead() {
        for (int i = 0; i < 3 * FakeVirtqueue.SIZE; i++) {
            assertThat(driver.out(i, pattern(512, i)).send()).isEqualTo(BlkRequest.OK);
        }
        assertThat(bdev.log).hasSize(3 * FakeVirtqueue.SIZE);
    }

    @Test
    void shouldCountWhileItRunsAndKeepTheSumWhenItStops() {
        driver.out(0, pattern(1024, 1)).send();
        assertThat(bdev.statistics.snapshot().bytes()[BlockType.WRITE]).isEqualTo(1024);
        driver.queue.stop();
        assertThat(bdev.open).isZero();
        assertThat(bdev.statistics.snapshot().bytes()[BlockType.WRITE]).isEqualTo(1024);
    }

    @Test
    void shouldWakeOnTheDescriptorOfItsChannel() {
        assertThat(driver.queue.wakeDescriptor()).isEqualTo(77);
    }
}
