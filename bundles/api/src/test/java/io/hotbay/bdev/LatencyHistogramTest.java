// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatencyHistogramTest {
    private final LatencyRecorder recorder = new LatencyRecorder();

    private LatencyHistogram reads() {
        return recorder.histogram(BlockType.READ);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 31, 32, 63, 64, 65, 127, 128, 1000, 1023, 1024, 999_999, 1L << 41, (1L << 42) - 1})
    void shouldPutATimeInARangeThatIsNarrow(long nanos) {
        int range = LatencyHistogram.range(nanos);
        assertThat(LatencyHistogram.end(range)).isBetween(nanos, nanos + nanos / 32);
        assertThat(nanos).isGreaterThan(LatencyHistogram.end(range - 1));
    }

    @Test
    void shouldHaveNoGapBetweenRanges() {
        long start = 0;
        for (int range = 0; range < LatencyHistogram.RANGES; range++) {
            assertThat(LatencyHistogram.range(start)).isEqualTo(range);
            assertThat(LatencyHistogram.range(LatencyHistogram.end(range))).isEqualTo(range);
            start = LatencyHistogram.end(range) + 1;
        }
        assertThat(start).isEqualTo(LatencyHistogram.LONGEST + 1);
    }

    @Test
    void shouldTellPercentiles() {
        for (int nanos = 1; nanos <= 1000; nanos++) {
            recorder.record(BlockType.READ, nanos, 1);
        }
        recorder.record(BlockType.WRITE, 1 << 20, 1);
        assertThat(reads().count()).isEqualTo(1000);
        assertThat(reads().percentile(0.1)).isEqualTo(1);
        assertThat(reads().percentile(50)).isBetween(500L, 516L);
        assertThat(reads().percentile(99)).isBetween(990L, 1000L);
        assertThat(reads().percentile(100)).isEqualTo(1000);
        assertThat(reads().longest()).isEqualTo(1000);
    }

    @Test
    void shouldSayNothingOfNothing() {
        assertThat(LatencyHistogram.EMPTY.count()).isZero();
        assertThat(LatencyHistogram.EMPTY.percentile(99)).isZero();
        assertThat(reads().percentile(100)).isZero();
        assertThat(LatencyHistogram.EMPTY.countUpTo(5)).isZero();
    }

    @Test
    void shouldTakeTimesThatCannotBeForTheNextThatCan() {
        recorder.record(BlockType.READ, -5, 1);
        recorder.record(BlockType.READ, Long.MAX_VALUE, 1);
        assertThat(reads().percentile(50)).isZero();
        assertThat(reads().longest()).isEqualTo(LatencyHistogram.LONGEST);
    }

    @Test
    void shouldAddAndSubtract() {
        recorder.record(BlockType.READ, 5, 1);
        recorder.record(BlockType.READ, 900_000, 1);
        LatencyHistogram before = reads();
        recorder.record(BlockType.READ, 7, 1);
        recorder.record(BlockType.READ, 7, 1);
        LatencyHistogram since = reads().minus(before);
        assertThat(since.count()).isEqualTo(2);
        assertThat(since.longest()).isEqualTo(7);
        assertThat(since.percentile(50)).isEqualTo(7);
        assertThat(before.plus(since).count()).isEqualTo(4);
        assertThat(before.plus(since).longest()).isEqualTo(900_000);
        assertThat(before.minus(reads()).count()).isZero();
        assertThat(before.plus(LatencyHistogram.EMPTY).minus(LatencyHistogram.EMPTY))
                .isSameAs(before);
        assertThat(LatencyHistogram.EMPTY.plus(before)).isSameAs(before);
    }

    @Test
    void shouldCountUpToATime() {
        recorder.record(BlockType.READ, 10, 1);
        recorder.record(BlockType.READ, 20, 1);
        recorder.record(BlockType.READ, 1001, 1);
        assertThat(reads().countUpTo(9)).isZero();
        assertThat(reads().countUpTo(10)).isEqualTo(1);
        assertThat(reads().countUpTo(1000)).isEqualTo(2);
        assertThat(reads().countUpTo(1001)).isEqualTo(3);
    }
}
