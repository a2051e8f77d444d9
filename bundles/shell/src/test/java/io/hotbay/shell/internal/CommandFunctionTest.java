// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

class CommandFunctionTest {
    private final PrintStream original = System.out;
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final CommandFunction function = new CommandFunction("test:echo", Echo::new);

    @Command(description = "Say something.")
    static final class Echo extends ShellCommand {
        @Option(
                names = {"-n", "--times"},
                description = "How often.")
        private int times = 1;

        @Parameters(paramLabel = "WORD", description = "What.")
        private String word;

        Echo() {
            super(null);
        }

        @Override
        void run() throws ShellException {
            if (word.equals("bad")) {
                throw new ShellException("bad word");
            }
            out().println(word.repeat(times));
        }
    }

    // Gogo binds System.out to the session; so does this test.
    @BeforeEach
    void capture() {
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restore() {
        System.setOut(original);
    }

    @Test
    void shouldRunWithItsArguments() throws Exception {
        assertThat(function.execute(null, List.of("-n", 3, "ab"))).isNull();

        assertThat(output()).isEqualTo("ababab\n");
    }

    @Test
    void shouldStartEachCallWithDefaults() throws Exception {
        function.execute(null, List.of("--times", "2", "a"));
        function.execute(null, List.of("b"));

        assertThat(output()).isEqualTo("aa\nb\n");
    }

    @Test
    void shouldShowItsHelp() throws Exception {
        function.execute(null, List.of("-h"));

        assertThat(output())
                .contains("Usage: test:echo")
                .contains("Say something.")
                .contains("-n, --times");
    }

    @Test
    void shouldSayWhichParameterIsMissingAndWhereTheHelpIs() {
        assertThatThrownBy(() -> function.execute(null, List.of()))
                .isInstanceOf(ShellException.class)
                .hasMessage("test:echo: Missing required parameter: 'WORD'; test:echo -h shows how");
    }

    @Test
    void shouldPassTheCommandsOwnErrorOn() {
        assertThatThrownBy(() -> function.execute(null, List.of("bad"))).hasMessage("bad word");
    }

    private String output() {
        return printed.toString(StandardCharsets.UTF_8);
    }
}
