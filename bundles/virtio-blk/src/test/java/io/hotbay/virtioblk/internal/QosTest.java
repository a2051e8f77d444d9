// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.bdev.QosLimits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Limits of a bdev, by a clock that the test turns. A full bucket lasts for 10 ms. */
class QosTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final FakeBdev bdev = new FakeBdev();
    private BlkDriver driver;

    @BeforeEach
    void start() throws IOException {
        driver = new BlkDriver(bdev).start();
    }

    private void limit(String key, long value) {
        driver.throttle.limit(QosLimits.of(Map.of(key, value)), driver.nanos);
    }

    private List<BlkDriver.Chain> reads(int count, int length) {
        List<BlkDriver.Chain> chains = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            chains.add(driver.in(i, length).offer());
        }
        driver.queue.poll();
        return chains;
    }

    private static long used(List<BlkDriver.Chain> chains) {
        return chains.stream().filter(BlkDriver.Chain::isUsed).count();
    }

    @Test
    void shouldLetOnlyAsManyRequestsPassAsTheLimitAllows() {
        limit(QosLimits.RW_IOS, 1000);
        List<BlkDriver.Chain> chains = reads(20, 512);
        assertThat(used(chains)).isEqualTo(10);
        assertThat(driver.queue.held()).isEqualTo(10);
        assertThat(driver.queue.inFlight()).isEqualTo(10);
        assertThat(driver.queue.poll()).as("the reactor has nothing to do").isZero();
        assertThat(driver.queue.sleepLimit()).isBetween(1L, 10L);
        driver.nanos += MILLI;
        driver.queue.poll();
        assertThat(used(chains)).isEqualTo(11);
        driver.nanos += 10;
        driver.queue.poll();
        assertThat(used(chains)).isEqualTo(12);
        assertThat(driver.queue.sleepLimit()).isBetween(MILLI - 20, MILLI);
        driver.nanos += 9 * MILLI;
        driver.queue.poll();
        assertThat(used(chains)).isEqualTo(20);
        assertThat(driver.queue.held()).isZero();
        assertThat(driver.queue.sleepLimit()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldLetRequestsPassInTheirOrder() {
        limit(QosLimits.R_IOS, 100);
        List<BlkDriver.Chain> chains = reads(4, 512);
        for (int done = 1; done <= 4; done++) {
            assertThat(used(chains.subList(0, done))).isEqualTo(done);
            assertThat(used(chains)).isEqualTo(done);
            driver.nanos += 10 * MILLI;
            driver.queue.poll();
        }
    }

    @Test
    void shouldPayForALargeRequestAfterwards() {
        limit(QosLimits.R_MBYTES, 1);
        List<BlkDriver.Chain> chains = reads(2, 64 << 10);
        assertThat(used(chains)).isEqualTo(1);
        // 64 KiB are 62.5 ms, of which 10 had been saved
        driver.nanos += 52 * MILLI;
        driver.queue.poll();
        assertThat(used(chains)).isEqualTo(1);
        driver.nanos += MILLI;
        driver.queue.poll();
        assertThat(used(chains)).isEqualTo(2);
    }

    @Test
    void shouldHoldNeitherWritesNorFlushesForReads() {
        bdev.writeCache = true;
        limit(QosLimits.R_IOS, 100);
        assertThat(used(reads(3, 512))).isEqualTo(1);
        BlkDriver.Chain write = driver.out(0, new byte[512]);
        BlkDriver.Chain flush = driver.flush();
        assertThat(write.send()).isZero();
        assertThat(flush.send()).isZero();
        assertThat(driver.queue.held()).isEqualTo(2);
    }

    @Test
    void shouldHoldNoFlushForReadsAndWrites() {
        limit(QosLimits.RW_MBYTES, 1);
        limit(QosLimits.RW_IOS, 100);
        assertThat(used(reads(3, 512))).isEqualTo(1);
        assertThat(driver.out(0, new byte[512]).offer().isUsed()).isFalse();
        assertThat(driver.flush().send()).isZero();
        assertThat(driver.queue.held()).isEqualTo(3);
    }

    @Test
    void shouldLimitAllQueuesTogether() throws IOException {
        limit(QosLimits.RW_IOS, 1000);
        assertThat(used(reads(8, 512))).isEqualTo(8);
        FakeVirtqueue ring = new FakeVirtqueue();
        BlkDriver other = new BlkDriver(bdev, Map.of(), ring, driver.throttle).start();
        other.nanos = driver.nanos;
        for (int i = 0; i < 8; i++) {
            other.in(i, 512).offer();
        }
        other.queue.poll();
        assertThat(other.queue.held()).isEqualTo(6);
    }

    @Test
    void shouldGiveEachQueueItsTurnHoweverMuchAnotherAsksFor() throws IOException {
        limit(QosLimits.RW_IOS, 100);
        BlkDriver modest = new BlkDriver(bdev, Map.of(), new FakeVirtqueue(), driver.throttle).start();
        List<BlkDriver.Chain> greedy = new ArrayList<>();
        int served = 0;
        BlkDriver.Chain own = modest.in(0, 512).offer();
        for (int round = 0; round < 100; round++) {
            while (driver.queue.inFlight() < 4) {
                greedy.add(driver.in(round, 512).offer());
                driver.queue.poll();
            }
            // the greedy one always comes first
            driver.queue.poll();
            modest.nanos = driver.nanos;
            modest.queue.poll();
            if (own.isUsed()) {
                served++;
                own = modest.in(0, 512).offer();
                modest.queue.poll();
            }
            driver.nanos += 10 * MILLI;
        }
        assertThat(served).isBetween(45, 55);
        assertThat(used(greedy)).isBetween(45L, 55L);
    }

    @Test
    void shouldNotWaitForTheBudgetWhenItDrains() {
        limit(QosLimits.RW_IOS, 1);
        List<BlkDriver.Chain> chains = reads(60, 512);
        assertThat(used(chains)).isEqualTo(1);
        assertThat(driver.queue.drain()).isEqualTo(59);
        assertThat(used(chains)).isEqualTo(60);
        assertThat(driver.queue.inFlight()).isZero();
        // what was overdrawn is owed all the same
        driver.nanos += TimeUnit.SECONDS.toNanos(59);
        BlkDriver.Chain next = driver.in(0, 512).offer();
        driver.queue.poll();
        assertThat(next.isUsed()).isFalse();
        driver.nanos += TimeUnit.SECONDS.toNanos(1);
        driver.queue.poll();
        assertThat(next.isUsed()).isTrue();
    }

    @Test
    void shouldNoticeOtherLimitsAtOnce() {
        limit(QosLimits.RW_IOS, 1);
        List<BlkDriver.Chain> chains = reads(30, 512);
        assertThat(used(chains)).isEqualTo(1);
        assertThat(driver.queue.sleepLimit()).isEqualTo(100 * MILLI);
        limit(QosLimits.RW_IOS, 1000);
        driver.queue.poll();
        assertThat(used(chains)).isEqualTo(11);
        driver.throttle.limit(QosLimits.NONE, driver.nanos);
        driver.queue.poll();
        assertThat(used(chains)).isEqualTo(30);
    }

    @Test
    void shouldHoldTheRateExactlyHoweverLateItIsPolled() {
        limit(QosLimits.RW_IOS, 3000);
        int ring = 64;
        reads(ring, 512);
        Random random = new Random(1);
        long done = 0;
        long start = driver.nanos;
        while (driver.nanos - start < TimeUnit.SECONDS.toNanos(5)) {
            for (int head = 0; head < ring; head++) {
                if (driver.ring.used[head] != FakeVirtqueue.NOT_USED) {
                    done++;
                    driver.ring.offerAgain(head);
                }
            }
            driver.nanos += random.nextInt((int) (3 * MILLI));
            driver.queue.poll();
        }
        assertThat(done).isBetween(14_985L, 15_035L);
    }

    @Test
    void shouldNotLookAtTheClockWithoutLimits() throws IOException {
        FakeVirtqueue ring = new FakeVirtqueue();
        BlkDriver clockless = new BlkDriver(bdev, Map.of(), ring, new Throttle()) {
            @Override
            long now() {
                throw new IllegalStateException("nobody wants to know the time");
            }
        };
        clockless.start();
        assertThat(clockless.in(0, 512).send()).isZero();
        assertThat(clockless.queue.sleepLimit()).isEqualTo(Long.MAX_VALUE);
    }
}
