// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.bdev.BlockType;
import io.hotbay.bdev.IoStatistics;
import io.hotbay.bdev.LatencyHistogram;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LatencyTest {
    private final FakeBdev bdev = new FakeBdev();
    private BlkDriver driver;

    @BeforeEach
    void start() throws IOException {
        bdev.delayed = true;
        driver = new BlkDriver(bdev).start();
        driver.queue.counters().orElseThrow().measure(true);
    }

    private LatencyHistogram latency(int type) {
        IoStatistics.Snapshot snapshot = bdev.statistics.snapshot();
        return snapshot.latencies().get(type);
    }

    @Test
    void shouldTellHowLongRequestsTook() {
        driver.in(0, 512).send();
        driver.nanos += 20;
        driver.out(8, new byte[512]).send();
        driver.nanos += 30;
        assertThat(bdev.statistics.snapshot().inFlight()).isEqualTo(2);
        bdev.delayed = false;
        driver.queue.poll();
        assertThat(latency(BlockType.READ).longest()).isEqualTo(50);
        assertThat(latency(BlockType.WRITE).longest()).isEqualTo(30);
        assertThat(bdev.statistics.snapshot().inFlight()).isZero();
        assertThat(bdev.statistics.snapshot().mostInFlight()).isEqualTo(2);
    }

    /** One reading of the clock ends the ones and begins the others. */
    @Test
    void shouldMeasureWhatIsTakenInTheMiddleOfAPollFromTheAnswersBefore() {
        bdev.delayed = false;
        driver.in(0, 512).offer();
        driver.in(1, 512).offer();
        List<Integer> shown = new ArrayList<>();
        driver.ring.whenShown(() -> {
            shown.add(shown.size());
            driver.nanos += 10;
            if (shown.size() == 1) {
                driver.in(2, 512).offer();
                driver.in(3, 512).offer();
            }
        });
        driver.queue.poll();
        assertThat(shown).hasSize(2);
        assertThat(latency(BlockType.READ).count()).isEqualTo(4);
        assertThat(latency(BlockType.READ).countUpTo(0)).isEqualTo(2);
        assertThat(latency(BlockType.READ).longest()).isEqualTo(10);
    }

    @Test
    void shouldMeasureAFlushThatAWriteNeedsForItself() throws IOException {
        bdev.delayed = false;
        bdev.flushDelayed = true;
        bdev.writeCache = true;
        BlkDriver writeThrough = new BlkDriver(bdev, java.util.Map.of("write_cache", false)).start();
        writeThrough.queue.counters().orElseThrow().measure(true);

        writeThrough.out(0, new byte[512]).send();
        writeThrough.nanos += 70;
        bdev.flushDelayed = false;
        writeThrough.queue.poll();
        assertThat(latency(BlockType.WRITE).longest()).isZero();
        assertThat(latency(BlockType.WRITE).count()).isEqualTo(1);
        assertThat(latency(BlockType.FLUSH).longest()).isEqualTo(70);
    }
}
