// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.frontend.LatencyHistogram;
import io.hotbay.frontend.LoadSample;
import java.util.List;
import org.junit.jupiter.api.Test;

class CaseResultTest {
    private static final BenchCase WITH_GOAL = new BenchCase(BenchDisk.NULL, false, 32, false);
    private static final BenchCase WITHOUT_GOAL = new BenchCase(BenchDisk.NULL, true, 32, false);

    private static LoadSample sample(long requests) {
        return new LoadSample(requests, 1_000_000_000, new LatencyHistogram(), 0, 0);
    }

    private static CaseResult pairs(BenchCase benchCase, int count, long first, long second, double disturbance) {
        CaseResult result = new CaseResult(benchCase.text(), benchCase.goal(), 0.15);
        for (int i = 0; i < count; i++) {
            result.add(sample(first), sample(second), disturbance, 100);
        }
        return result;
    }

    @Test
    void shouldSayThatAGoalIsReached() {
        assertThat(pairs(WITH_GOAL, 5, 4000, 1000, 0).verdict()).isEqualTo(CaseResult.Verdict.REACHED);
    }

    @Test
    void shouldSayThatAGoalIsMissed() {
        assertThat(pairs(WITH_GOAL, 5, 3900, 1000, 0).verdict()).isEqualTo(CaseResult.Verdict.MISSED);
    }

    @Test
    void shouldOnlyMeasureWhereThereIsNoGoal() {
        assertThat(pairs(WITHOUT_GOAL, 5, 1000, 1000, 0).verdict()).isEqualTo(CaseResult.Verdict.MEASURED);
    }

    @Test
    void shouldNotConcludeFromDisturbedSamples() {
        CaseResult result = pairs(WITH_GOAL, 20, 9000, 1000, 0.5);
        assertThat(result.verdict()).isEqualTo(CaseResult.Verdict.TOO_NOISY);
        assertThat(result.text()).contains("no conclusion: all 20 pairs were disturbed");
    }

    @Test
    void shouldNotConcludeFromSamplesOnBothSidesOfTheGoal() {
        CaseResult result = pairs(WITH_GOAL, 5, 9000, 1000, 0);
        for (int i = 0; i < 5; i++) {
            result.add(sample(1000), sample(1000), 0, 500);
        }
        assertThat(result.verdict()).isEqualTo(CaseResult.Verdict.TOO_NOISY);
    }

    @Test
    void shouldNotConcludeWhenMostPairsAreDisturbed() {
        CaseResult result = pairs(WITHOUT_GOAL, 14, 1000, 1000, 0.5);
        for (int i = 0; i < 6; i++) {
            result.add(sample(1000), sample(1000), 0, 500);
        }
        assertThat(result.verdict()).isEqualTo(CaseResult.Verdict.TOO_NOISY);
    }

    @Test
    void shouldTellHowFarTheCoresWereFromEachOther() {
        CaseResult result = pairs(WITHOUT_GOAL, 6, 1000, 1000, 0);
        for (int i = 0; i < 4; i++) {
            result.add(sample(1000), sample(1000), 0, 500);
        }
        assertThat(result.text()).contains("10/10", "100 (100-500)");
        assertThat(result.json("a", "b")
                        .getAsJsonObject("core_round_trip_ns")
                        .get("high")
                        .getAsDouble())
                .isEqualTo(500);
    }

    @Test
    void shouldFindMedianAndRange() {
        Statistics statistics = Statistics.of(List.of(5.0, 1.0, 2.0, 4.0, 3.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0));
        assertThat(statistics).isEqualTo(new Statistics(6, 2, 10));
    }
}
