// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatencyHistogramTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 15, 16, 17, 31, 32, 1000, 123_456_789, 1L << 40})
    void shouldBeLessThanSevenPercentAbove(long nanos) {
        LatencyHistogram histogram = new LatencyHistogram();
        histogram.count(nanos);
        assertThat(histogram.percentile(0.5)).isBetween(nanos, nanos + (long) (nanos * 0.07));
    }

    @Test
    void shouldFindPercentiles() {
        LatencyHistogram histogram = new LatencyHistogram();
        for (int i = 1; i <= 1000; i++) {
            histogram.count(i * 100L);
        }
        assertThat((double) histogram.percentile(0.5)).isCloseTo(50_000, Percentage.withPercentage(7));
        assertThat((double) histogram.percentile(0.99)).isCloseTo(99_000, Percentage.withPercentage(7));
        assertThat((double) histogram.percentile(1)).isCloseTo(100_000, within(7_000.0));
    }

    @Test
    void shouldAddAndForget() {
        LatencyHistogram one = new LatencyHistogram();
        one.count(5);
        LatencyHistogram both = one.copy();
        both.add(one);
        one.clear();
        assertThat(both.total()).isEqualTo(2);
        assertThat(both.percentile(1)).isEqualTo(5);
        assertThat(one.total()).isZero();
        assertThat(one.percentile(1)).isZero();
    }
}
