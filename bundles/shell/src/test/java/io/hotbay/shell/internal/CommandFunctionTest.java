// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.felix.service.command.CommandSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

class CommandFunctionTest {
    private final PrintStream original = System.out;
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final CommandFunction function = new CommandFunction("test:echo", Echo::new);
    private final CommandSession session = CommandSession.class.cast(Proxy.newProxyInstance(
            CommandSession.class.getClassLoader(),
            new Class<?>[] {CommandSession.class},
            (proxy, method, all) -> method.getName().equals("currentDir") ? Path.of("/home/somebody") : null));

    @Command(description = "Say something.")
    static final class Echo extends ShellCommand {
        @Option(
                names = {"-n", "--times"},
                description = "How often.")
        private int times = 1;

        @Option(names = "--file", description = "To what.")
        private Path file;

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
            if (file != null) {
                out().println(file + " " + place("x.jar") + " " + place("/x.jar") + " " + place("https://x/y.jar"));
            }
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
        assertThat(function.execute(session, List.of("-n", 3, "ab"))).isNull();

        assertThat(output()).isEqualTo("ababab\n");
    }

    @Test
    void shouldStartEachCallWithDefaults() throws Exception {
        function.execute(session, List.of("--times", "2", "a"));
        function.execute(session, List.of("b"));

        assertThat(output()).isEqualTo("aa\nb\n");
    }

    @Test
    void shouldShowItsHelp() throws Exception {
        function.execute(session, List.of("-h"));

        assertThat(output())
                .contains("Usage: test:echo")
                .contains("Say something.")
                .contains("-n, --times");
    }

    @Test
    void shouldSayWhichParameterIsMissingAndWhereTheHelpIs() {
        assertThatThrownBy(() -> function.execute(session, List.of()))
                .isInstanceOf(ShellException.class)
                .hasMessage("test:echo: Missing required parameter: 'WORD'; test:echo -h shows how");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-n x a | Invalid value for option '--times': 'x' is no whole number",
                "a b | Unexpected argument: 'b'",
                "a --frob | Unknown option: '--frob'"
            })
    void shouldSayWhatIsWrongWithAWord(String words, String message) {
        assertThatThrownBy(() -> function.execute(session, List.of(words.split(" "))))
                .isInstanceOf(ShellException.class)
                .hasMessage("test:echo: " + message + "; test:echo -h shows how");
    }

    /** The target was started somewhere else, or by the service manager. */
    @Test
    void shouldFindFilesWhereThePersonIs() throws Exception {
        function.execute(session, List.of("--file", "f.json", "a"));

        assertThat(output()).isEqualTo("a\n/home/somebody/f.json /home/somebody/x.jar /x.jar https://x/y.jar\n");
    }

    @Test
    void shouldPassTheCommandsOwnErrorOn() {
        assertThatThrownBy(() -> function.execute(session, List.of("bad"))).hasMessage("bad word");
    }

    private String output() {
        return printed.toString(StandardCharsets.UTF_8);
    }
}
