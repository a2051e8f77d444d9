// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class RepetitionTest {
    private final StringWriter shown = new StringWriter();
    private int counter;

    @Command
    static final class Counting {
        @Mixin
        private Repetition repetition = new Repetition();
    }

    private String run(String... words) throws Exception {
        Counting command = new Counting();
        new CommandLine(command).parseArgs(words);
        PrintWriter out = new PrintWriter(shown);
        command.repetition.run(
                () -> counter += 3,
                (before, now, seconds) -> out.println(before + " " + now + " " + (seconds > 0)),
                out);
        return shown.toString();
    }

    @Test
    void shouldShowTheTotalOnce() throws Exception {
        assertThat(run()).isEqualTo("3 3 false\n");
    }

    @Test
    void shouldShowWhatWasAddedAsOftenAsWantedWithAnEmptyLineBetween() throws Exception {
        assertThat(run("-i", "0.001", "-n", "3")).isEqualTo("3 6 true\n\n6 9 true\n\n9 12 true\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-i 0 | --interval must be above 0 and at most 86400 seconds, not 0.0",
                "-i -1 | --interval must be above 0 and at most 86400 seconds, not -1.0",
                "-i NaN | --interval must be above 0 and at most 86400 seconds, not NaN",
                "-i 1 -n 0 | --count must be at least 1, not 0",
                "-n 3 | --count needs --interval, such as --interval 1"
            })
    void shouldRefuseWhatNobodyCanMean(String words, String message) {
        assertThatThrownBy(() -> run(words.split(" ")))
                .isInstanceOf(ShellException.class)
                .hasMessage(message);
        assertThat(counter).isZero();
    }
}
