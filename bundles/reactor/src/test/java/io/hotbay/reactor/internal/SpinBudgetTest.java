// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpinBudgetTest {
    private static final long LEAST = 1_000;
    private static final long MOST = 200_000;

    private final SpinBudget budget = new SpinBudget(LEAST, MOST);

    @Test
    void shouldGrowUpToItsMostWhileSleepIsShort() {
        assertThat(budget.nanos()).isEqualTo(LEAST);
        long[] expected = {10_000, 20_000, 40_000, 80_000, 160_000, MOST, MOST};
        for (long nanos : expected) {
            budget.slept(MOST);
            assertThat(budget.nanos()).isEqualTo(nanos);
        }
    }

    @Test
    void shouldShrinkDownToItsLeastWhileSleepIsLong() {
        for (int i = 0; i < 5; i++) {
            budget.slept(1);
        }
        long[] expected = {80_000, 40_000, 20_000, 10_000, 5_000, 2_500, 1_250, LEAST, LEAST};
        for (long nanos : expected) {
            budget.slept(MOST + 1);
            assertThat(budget.nanos()).isEqualTo(nanos);
        }
    }

    @Test
    void shouldNotLearnWhereItIsFixed() {
        for (long fixed : new long[] {0, 50_000, 1_000_000_000}) {
            SpinBudget steady = SpinBudget.fixed(fixed);
            steady.slept(0);
            assertThat(steady.nanos()).isEqualTo(fixed);
            steady.slept(Long.MAX_VALUE);
            assertThat(steady.nanos()).isEqualTo(fixed);
        }
    }
}
