// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static Latency latency() {
        Histogram histogram = new Histogram(1, 60_000_000_000L, 3);
        for (int i = 1; i <= 10_000; i++) {
            histogram.recordValue(i * 1000L);
        }
        return Latency.of(histogram);
    }

    private static Figures second(double start) {
        return new Figures(start, 0.5, 75, 25, 100 * 4096, 2, 1, latency());
    }

    @Test
    void shouldTellPercentilesInMicroseconds() {
        Latency latency = latency();
        assertThat(latency.p50()).isBetween(4995.0, 5005.0);
        assertThat(latency.p9999()).isBetween(9990.0, 10_000.0 * 1.001);
        assertThat(latency.longest()).isBetween(10_000.0, 10_000.0 * 1.001);
        assertThat(Latency.of(new Histogram(3))).isEqualTo(new Latency(0, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void shouldTellRatesASecond() {
        assertThat(second(0).iops()).isEqualTo(200);
        assertThat(second(0).mebibytes()).isEqualTo(200 * 4096.0 / (1 << 20));
        assertThat(second(1).end()).isEqualTo(1.5);
    }

    @Test
    void shouldWriteTheSameFiguresAsJson() {
        Report report = new Report(Map.of("depth", 32), List.of(second(0), second(0.5)), second(0));
        JsonObject json = JsonParser.parseString(ReportJson.of(report)).getAsJsonObject();
        assertThat(json.getAsJsonObject("parameters").get("depth").getAsInt()).isEqualTo(32);
        assertThat(json.getAsJsonArray("seconds")).hasSize(2);
        JsonObject total = json.getAsJsonObject("total");
        assertThat(total.get("iops").getAsLong()).isEqualTo(200);
        assertThat(total.get("corrupt").getAsLong()).isEqualTo(1);
        assertThat(total.getAsJsonObject("latency_us").get("p99").getAsDouble()).isBetween(9890.0, 9910.0);
    }

    @Test
    void shouldAlignATableLineWithItsHeading() {
        assertThat(ReportText.line(second(0)))
                .hasSameSizeAs(ReportText.heading())
                .startsWith("     0.5");
    }
}
