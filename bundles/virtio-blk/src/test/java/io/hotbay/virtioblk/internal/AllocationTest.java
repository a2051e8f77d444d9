// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import static io.hotbay.virtioblk.internal.BlkDriver.headerBytes;
import static io.hotbay.virtioblk.internal.BlkDriver.pattern;
import static io.hotbay.virtioblk.internal.BlkDriver.rangeBytes;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdev.QosLimits;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** No request allocates anything, whatever is switched on: counted over many requests of each type. */
class AllocationTest {
    private static final int WARM_UP = 5_000;
    private static final int ROUNDS = 25_000;
    /** What the measurement itself may allocate. */
    private static final long SOME_BYTES = 512;

    private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final Map<String, Long> ALL_LIMITS_HIGH = Map.of(
            QosLimits.RW_IOS, 1_000_000_000L,
            QosLimits.R_IOS, 1_000_000_000L,
            QosLimits.W_IOS, 1_000_000_000L,
            QosLimits.RW_MBYTES, 1_000_000L,
            QosLimits.R_MBYTES, 1_000_000L,
            QosLimits.W_MBYTES, 1_000_000L);

    private final FakeBdev bdev = new FakeBdev();
    private BlkDriver driver;
    private int heads;
    private int mostHeld;

    @BeforeEach
    void offerEveryKindOfRequest() throws IOException {
        bdev.logging = false;
        driver = new BlkDriver(bdev).start();
        offer(driver.in(0, 4096));
        offer(driver.out(8, pattern(4096, 1)));
        offer(driver.flush());
        offer(driver.range(BlkRequest.WRITE_ZEROES, rangeBytes(0, 8, 0)));
        offer(driver.chain().header(BlkRequest.GET_ID, 0).writable(20).status());
        offer(driver.chain()
                .readableBytewise(headerBytes(BlkRequest.IN, 0))
                .writable(200)
                .writable(312)
                .status());
        offer(driver.in(-1, 512));
        offer(driver.chain().header(BlkRequest.IN, 0).writableOutside(512).status());
    }

    private void offer(BlkDriver.Chain chain) {
        chain.send();
        heads++;
    }

    @Test
    void shouldAllocateNothingForARequest() {
        assertAllocatesNothing();
    }

    @Test
    void shouldAllocateNothingWhileLatenciesAreMeasured() {
        driver.queue.counters().orElseThrow().measure(true);

        assertAllocatesNothing();

        assertThat(bdev.statistics.snapshot().latencies().get(BlockType.READ).count())
                .isGreaterThan(ROUNDS);
    }

    @Test
    void shouldAllocateNothingBelowTheLimitsOfItsBdev() {
        limit(ALL_LIMITS_HIGH);

        assertAllocatesNothing();

        assertThat(mostHeld).isZero();
    }

    @Test
    void shouldAllocateNothingForRequestsThatAreHeldAndLatenciesThatAreMeasured() {
        driver.queue.counters().orElseThrow().measure(true);
        // A round offers two reads and a write in a millisecond.
        limit(Map.of(QosLimits.RW_IOS, 1500L, QosLimits.R_IOS, 1000L, QosLimits.W_MBYTES, 2L));

        assertAllocatesNothing();

        assertThat(mostHeld).isGreaterThan(1);
        assertThat(bdev.statistics.snapshot().latencies().get(BlockType.WRITE).longest())
                .isGreaterThanOrEqualTo(ROUND_NANOS);
    }

    private void limit(Map<String, Long> limits) {
        driver.throttle.limit(QosLimits.of(limits), driver.nanos);
    }

    private void assertAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        run(WARM_UP);
        threads.getCurrentThreadAllocatedBytes();

        long before = threads.getCurrentThreadAllocatedBytes();
        run(ROUNDS);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(allocated).isLessThan(SOME_BYTES);
    }

    /** Each round makes what was answered available again, and takes a millisecond. */
    private void run(int rounds) {
        for (int round = 0; round < rounds; round++) {
            for (int head = 0; head < heads; head++) {
                if (driver.ring.used[head] != FakeVirtqueue.NOT_USED) {
                    driver.ring.offerAgain(head);
                }
            }
            driver.queue.poll();
            mostHeld = Math.max(mostHeld, driver.queue.held());
            driver.queue.sleepLimit();
            driver.nanos += ROUND_NANOS;
        }
    }
}
