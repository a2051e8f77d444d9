// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.frontend.LatencyHistogram;
import io.hotbay.frontend.LoadSample;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept is what the README's table is made of. */
class ResultTableTest {
    @TempDir
    private Path directory;

    private static CaseResult pairs(String name, double disturbance) {
        CaseResult result = new CaseResult(name, 4, 0.15);
        for (int i = 0; i < 5; i++) {
            LoadSample first = new LoadSample(5_000_000, 1_000_000_000, new LatencyHistogram(), 0, 0);
            LoadSample second = new LoadSample(1_000_000, 1_000_000_000, new LatencyHistogram(), 0, 0);
            result.add(first, second, disturbance, 100);
        }
        return result;
    }

    @Test
    void shouldMakeATableOfWhatWasKept() throws Exception {
        Results results = new Results(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        results.pair(pairs("null read 32", 0), "hotbay", "qsd");
        results.pair(pairs("null read 1", 0.5), "hotbay", "qsd");
        results.figure("RSS beside a 64 MiB disk", "hotbay", 151, "MiB", 150);
        results.figure("wake", "qsd", 52.5, "us", 0);

        Path kept = results.write(directory, "abc1234", BenchOptions.parse());

        assertThat(ResultTable.newest(directory)).isEqualTo(kept);
        assertThat(ResultTable.markdown(Files.readString(kept)))
                .contains("at commit abc1234")
                .contains("| null read 32 | hotbay 5000 k IOPS | qsd 1000 k IOPS | 5.00 (5.00–5.00) | 4.00 | reached |")
                .contains("| null read 1 | hotbay | qsd |  | 4.00 | too noisy to tell |")
                .contains("| RSS beside a 64 MiB disk | hotbay | 151 MiB | 150.00 | missed |")
                .contains("| wake | qsd | 52.5 us |  |  |");
        assertThat(results.verdicts())
                .containsExactlyInAnyOrder(
                        CaseResult.Verdict.REACHED,
                        CaseResult.Verdict.TOO_NOISY,
                        CaseResult.Verdict.MISSED,
                        CaseResult.Verdict.MEASURED);
    }

    @Test
    void shouldTakeTheNewestAndSayThatThereIsNone() throws Exception {
        assertThatThrownBy(() -> ResultTable.newest(directory)).hasMessageContaining("no results in");
        Files.writeString(directory.resolve("2026-11-21-aaaaaaa.json"), "{'date': '2026-11-21'}");
        Path newer = Files.writeString(
                directory.resolve("2026-11-22-0000000.json"),
                "{'date': '2026-11-22', 'ended': '2026-11-22T10:00:00Z'}");
        Files.writeString(directory.resolve("2026-11-22-fffffff.json"), "{'date': '2026-11-22'}");
        Files.writeString(
                directory.resolve("2026-11-22-aaaaaaa.json"),
                "{'date': '2026-11-22', 'ended': '2026-11-22T09:59:59Z'}");
        Files.writeString(directory.resolve("2026-12-30-jmh-0000000.json"), "");
        assertThat(ResultTable.newest(directory)).isEqualTo(newer);
    }

    @Test
    void shouldKeepWhatAnEarlierRunOfTheSameCommitBrought() throws Exception {
        Results results = new Results(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        Path first = results.write(directory, "abc1234", BenchOptions.parse());
        String kept = Files.readString(first);
        results.figure("wake", "qsd", 52.5, "us", 0);

        Path second = results.write(directory, "abc1234", BenchOptions.parse());

        assertThat(first).hasContent(kept);
        assertThat(second).isNotEqualTo(first).content().contains("wake");
    }
}
