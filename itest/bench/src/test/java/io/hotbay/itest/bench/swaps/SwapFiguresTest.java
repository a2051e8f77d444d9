// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench.swaps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** From answers and reports to figures, table and plot. */
class SwapFiguresTest {
    private static final long MILLI = 1_000_000;

    private final Timeline timeline = new Timeline(0);
    private final SwapTarget.Report report = new SwapTarget.Report("now", "done", "", 70, 40_500);
    private final SwapSample sample = new SwapSample(SwapKind.BACKEND, 300 * MILLI, 350 * MILLI, report, 0);

    /** One answer a millisecond, but none from 300 ms to 345 ms. */
    private void answer() {
        for (int at = 0; at < 1000; at++) {
            if (at < 300 || at >= 345) {
                long took = at == 345 ? 46 : 1;
                timeline.answered((at - took) * MILLI, at * MILLI);
            }
        }
    }

    @Test
    void shouldFindTheSlowestRequestOfASwapAndOfTheTimeBefore() {
        answer();

        assertThat(sample.stall(timeline)).isEqualTo(46.0);
        assertThat(sample.calm(timeline)).isEqualTo(1.0);
        assertThat(sample.pause()).isEqualTo(40.5);
        assertThat(sample.recovery(timeline, 500)).isEqualTo(1.0);
        assertThat(timeline.rate(0, 300)).isEqualTo(1000.0);
        assertThat(timeline.length()).isEqualTo(1000);
    }

    @Test
    void shouldKeepALongTime() {
        timeline.answered(0, 100_000 * MILLI);

        assertThat(timeline.slowest(99_999, 100_001)).isEqualTo(100_000_000);
        assertThat(timeline.slowest(200_000, 200_001)).isZero();
    }

    @Test
    void shouldTakeTheValueThatAShareOfTheFiguresDoesNotExceed() {
        double[] sorted = {1, 2, 3, 4};
        assertThat(StallTable.quantile(sorted, 0.5)).isEqualTo(2);
        assertThat(StallTable.quantile(sorted, 0.99)).isEqualTo(4);
        assertThat(StallTable.quantile(sorted, 1)).isEqualTo(4);
    }

    @Test
    void shouldPrintEachKindWithItsGoal() {
        answer();
        SwapOptions options = SwapOptions.parse(
                "--home", "/opt/hotbay", "--kinds", "backend", "--interval-ms", "500", "--swaps", "1");
        StallTable table = new StallTable(options, timeline, List.of(sample));
        ByteArrayOutputStream text = new ByteArrayOutputStream();

        table.print(new PrintStream(text, true, StandardCharsets.UTF_8));

        assertThat(text.toString(StandardCharsets.UTF_8))
                .containsPattern(
                        "backend +bdev-malloc +1 +0 +46.0 +46.0 +46.0 +40.5 +40.5 +40.5 +70 +100 % +< 50 reached")
                .containsPattern("none +- +1 +- +1.0 +1.0 +1.0");
        assertThat(table.hasMissedAGoal()).isFalse();
    }

    private SwapSample disturbed(long stolenMillis) {
        return new SwapSample(SwapKind.BACKEND, 0, 990 * MILLI, report, stolenMillis);
    }

    private String table(SwapSample... samples) {
        answer();
        SwapOptions options = SwapOptions.parse("--home", "/opt/hotbay", "--kinds", "backend", "--swaps", "2");
        StallTable table = new StallTable(options, timeline, List.of(samples));
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        table.print(new PrintStream(text, true, StandardCharsets.UTF_8));
        return text.toString(StandardCharsets.UTF_8) + table.hasMissedAGoal();
    }

    @Test
    void shouldLeaveOutWhatTheHostDisturbed() {
        timeline.answered(0, 500 * MILLI);

        assertThat(sample.isDisturbed()).isFalse();
        assertThat(disturbed(5).isDisturbed()).isFalse();
        assertThat(disturbed(10).isDisturbed()).isTrue();
        assertThat(table(sample, disturbed(10)))
                .containsPattern("backend +bdev-malloc +1 +1 +46.0 +46.0 +46.0")
                .endsWith("false");
    }

    @Test
    void shouldConcludeNothingFromTooFewSwaps() {
        assertThat(table(disturbed(10), disturbed(990), disturbed(20)))
                .contains("no conclusion: the host disturbed 3 of 3 swaps")
                .endsWith("true");
    }

    @Test
    void shouldFindTheCoreThatLostMost() {
        assertThat(StolenTime.most(new long[] {5, 1, 7}, new long[] {6, 4, 7})).isEqualTo(3);
        assertThat(StolenTime.most(new long[] {5}, new long[] {6, 4})).isEqualTo(1);
    }

    @Test
    void shouldDrawAStripForEachMinuteWithTheSwapsMarked() {
        answer();
        timeline.answered(0, 61_000 * MILLI);

        String svg = new TimelinePlot(timeline, List.of(sample)).svg("a < b");

        assertThat(svg)
                .startsWith("<svg ")
                .endsWith("</svg>\n")
                .contains("a &lt; b", "<title>backend: slowest request 46.0 ms, pause 40.5 ms</title>", ">110 s<");
        assertThat(svg.split("<polyline")).hasSize(3);
    }

    @Test
    void shouldReadWhatTheProductTells() {
        String json = """
                [
                  {
                    "start": "2026-01-01T00:00:00.123Z",
                    "bundle": "io.hotbay.bdev-malloc",
                    "millis": 61,
                    "longest_pause_micros": 40212,
                    "outcome": "rolled_back",
                    "reason": "it does not work"
                  }
                ]
                """;

        assertThat(SwapTarget.Report.of(json))
                .isEqualTo(new SwapTarget.Report(
                        "2026-01-01T00:00:00.123Z", "rolled_back", "it does not work", 61, 40_212));
        assertThat(SwapTarget.Report.of("[]").start()).isEmpty();
        assertThat(SwapTarget.Report.ofUpgrade(
                        "handing over\nprocess 7 serves 1 disks, 1 sessions go on, longest pause 412.3 ms\n", 2000))
                .isEqualTo(new SwapTarget.Report("", "done", "", 2000, 412_300));
    }

    @Test
    void shouldTakeOptionsAndRefuseWrongOnes() {
        SwapOptions options = SwapOptions.parse(
                "--home", "/opt/hotbay", "--target-cores", "2-3", "--kinds", "api,scr", "--plot", "p");

        assertThat(options.reactorCore()).isEqualTo(2);
        assertThat(options.kinds()).containsExactly(SwapKind.API, SwapKind.SCR);
        assertThat(options.plot()).isEqualTo(Path.of("p"));
        assertThat(SwapOptions.parse("--help")).isNull();
        assertThatThrownBy(() -> SwapOptions.parse()).hasMessageContaining("--home is missing");
        assertThatThrownBy(() -> SwapOptions.parse("--home", "/", "--kinds", "shell"))
                .hasMessageContaining("not \"shell\"");
        assertThatThrownBy(() -> SwapOptions.parse("--home", "/", "--depth", "65"))
                .hasMessageContaining("--depth wants a number from 1 to 64, not \"65\"");
        assertThatThrownBy(() -> SwapOptions.parse("--home", "/", "--disk", "tape"))
                .hasMessageContaining("not \"tape\"");
        assertThatThrownBy(() -> SwapOptions.parse("--swaps")).hasMessageContaining("lacks its value");
    }
}
