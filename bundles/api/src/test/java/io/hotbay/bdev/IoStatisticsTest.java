// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class IoStatisticsTest {
    private final AtomicLong clock = new AtomicLong(1000);
    private final BlockRequests requests = new BlockRequests(8, clock::get);
    private final IoStatistics statistics = new IoStatistics();

    private void take(int type, int... slots) {
        requests.taken();
        for (int slot : slots) {
            requests.prepare(slot, type, 0, 4096, 0);
            requests.enqueue(slot);
        }
        requests.clearPending();
        requests.showInFlight();
    }

    private void complete(int... slots) {
        for (int slot : slots) {
            requests.complete(slot, BlockStatus.OK);
        }
        requests.measure();
        requests.clearCompleted();
        requests.showInFlight();
    }

    private LatencyHistogram reads() {
        return statistics.snapshot().latencies().get(BlockType.READ);
    }

    @Test
    void shouldTellHowManyAreAndWereUnderWay() {
        statistics.attach(requests.counters());
        take(BlockType.READ, 0, 1, 2);
        complete(1, 2);
        assertThat(statistics.snapshot().inFlight()).isEqualTo(1);
        assertThat(statistics.snapshot().mostInFlight()).isEqualTo(3);
        complete(0);
        statistics.detach(requests.counters());
        assertThat(statistics.snapshot().inFlight()).isZero();
        assertThat(statistics.snapshot().mostInFlight()).isEqualTo(3);
        assertThat(statistics.snapshot().requests()[BlockType.READ]).isEqualTo(3);
    }

    @Test
    void shouldMeasureFromWhenRequestsAreTakenUntilTheyAreFoundComplete() {
        statistics.attach(requests.counters());
        requests.counters().measure(true);
        take(BlockType.READ, 0, 1);
        clock.addAndGet(30);
        take(BlockType.WRITE, 2);
        clock.addAndGet(10);
        complete(2, 0);
        clock.addAndGet(10);
        complete(1);
        assertThat(reads().count()).isEqualTo(2);
        assertThat(reads().percentile(50)).isEqualTo(40);
        assertThat(reads().longest()).isEqualTo(50);
        assertThat(statistics.snapshot().latencies().get(BlockType.WRITE).longest())
                .isEqualTo(10);
        assertThat(statistics.snapshot().latency().count()).isEqualTo(3);
    }

    @Test
    void shouldBeginAFollowUpWhereWhatItFollowsEnded() {
        statistics.attach(requests.counters());
        requests.counters().measure(true);
        take(BlockType.READ, 0);
        clock.addAndGet(30);
        requests.complete(0, BlockStatus.OK);
        requests.measure();
        requests.prepare(0, BlockType.FLUSH, 0, 0, 0);
        requests.enqueue(0);
        requests.clearPending();
        requests.clearCompleted();
        clock.addAndGet(12);
        complete(0);
        assertThat(statistics.snapshot().latencies().get(BlockType.FLUSH).longest())
                .isEqualTo(12);
    }

    @Test
    void shouldNotMeasureWhatWasUnderWayWhenItWasSwitchedOn() {
        statistics.attach(requests.counters());
        take(BlockType.READ, 0);
        requests.counters().measure(true);
        clock.addAndGet(5);
        take(BlockType.READ, 1);
        clock.addAndGet(5);
        complete(0, 1);
        assertThat(reads().count()).isEqualTo(1);
        assertThat(reads().longest()).isEqualTo(5);
    }

    @Test
    void shouldKeepWhatWasMeasuredWhenItIsSwitchedOffAndWhenTheQueueEnds() {
        statistics.attach(requests.counters());
        requests.counters().measure(true);
        take(BlockType.READ, 0, 1);
        complete(0);
        requests.counters().measure(false);
        complete(1);
        take(BlockType.READ, 2);
        complete(2);
        assertThat(reads().count()).isEqualTo(1);
        requests.counters().measure(true);
        take(BlockType.READ, 3);
        complete(3);
        assertThat(reads().count()).isEqualTo(2);
        statistics.detach(requests.counters());
        assertThat(reads().count()).isEqualTo(2);
    }

    @Test
    void shouldNotLookAtTheClockUnlessLatenciesAreWanted() {
        clock.set(0);
        BlockRequests unmeasured = new BlockRequests(1, () -> clock.incrementAndGet());
        unmeasured.taken();
        unmeasured.prepare(0, BlockType.READ, 0, 512, 0);
        unmeasured.enqueue(0);
        unmeasured.complete(0, BlockStatus.OK);
        unmeasured.measure();
        assertThat(clock).hasValue(0);
    }

    @Test
    void shouldCountBatchesOfSeveralTypesAndOutcomes() {
        statistics.attach(requests.counters());
        take(BlockType.READ, 0, 1, 2);
        take(BlockType.WRITE, 3, 4);
        requests.complete(0, BlockStatus.OK);
        requests.complete(3, BlockStatus.OK);
        requests.complete(1, BlockStatus.IO_ERROR);
        requests.complete(2, BlockStatus.OK);
        requests.complete(4, BlockStatus.OK);
        requests.measure();
        requests.showInFlight();
        IoStatistics.Snapshot seen = statistics.snapshot();
        assertThat(seen.requests()[BlockType.READ]).isEqualTo(3);
        assertThat(seen.bytes()[BlockType.READ]).isEqualTo(2 * 4096);
        assertThat(seen.errors()[BlockType.READ]).isEqualTo(1);
        assertThat(seen.requests()[BlockType.WRITE]).isEqualTo(2);
        assertThat(seen.bytes()[BlockType.WRITE]).isEqualTo(2 * 4096);
        assertThat(seen.inFlight()).isZero();
    }

    @Test
    void shouldMeasureRunsOfRequestsThatWereTakenTogether() {
        statistics.attach(requests.counters());
        requests.counters().measure(true);
        take(BlockType.READ, 0, 1);
        clock.addAndGet(100);
        take(BlockType.READ, 2, 3);
        take(BlockType.WRITE, 4);
        clock.addAndGet(10);
        complete(0, 1, 2, 3, 4);
        assertThat(reads().count()).isEqualTo(4);
        assertThat(reads().percentile(50)).isEqualTo(10);
        assertThat(reads().longest()).isEqualTo(110);
        assertThat(statistics.snapshot().latencies().get(BlockType.WRITE).longest())
                .isEqualTo(10);
    }
}
