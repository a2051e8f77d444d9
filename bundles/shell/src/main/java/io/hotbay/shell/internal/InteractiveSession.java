// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.apache.felix.service.command.CommandSession;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.terminal.impl.ExternalTerminal;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** A person at a terminal: line editing, history, completion, Ctrl-C ends a command, Ctrl-D or exit the session. */
public final class InteractiveSession {
    private static final String PROMPT = "g! ";
    private static final Set<String> LEAVE = Set.of("exit", "quit", "logout");

    private final Terminal terminal;
    private final ScriptRunner runner;
    private final LineReader reader;
    private volatile Thread running;

    private InteractiveSession(Terminal terminal, Factory factory) {
        this.terminal = terminal;
        runner = factory.runner;
        LineReaderBuilder builder = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("hotbay")
                .completer(new WordCompleter(factory.registry))
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.AUTO_FRESH_LINE, true);
        if (factory.history != null) {
            builder.variable(LineReader.HISTORY_FILE, factory.history);
        }
        reader = builder.build();
    }

    /** Makes sessions. */
    @Component(service = Factory.class)
    public static final class Factory {
        private final ScriptRunner runner;
        private final CommandRegistry registry;
        private final Path history;

        /** Makes a factory. */
        @Activate
        public Factory(BundleContext context, @Reference ScriptRunner runner, @Reference CommandRegistry registry) {
            this.runner = runner;
            this.registry = registry;
            String state = context.getProperty("hotbay.state.dir");
            history = state == null ? null : Path.of(state, "shell-history");
        }

        /** A session on the terminal of this process. */
        InteractiveSession local() throws IOException {
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            // JLine looks for its providers there, and in a framework finds nothing by default.
            thread.setContextClassLoader(Terminal.class.getClassLoader());
            try {
                // The exec provider uses stty: no native library, so no warning on any JDK.
                return new InteractiveSession(
                        TerminalBuilder.builder()
                                .name("hotbay")
                                .system(true)
                                .provider(TerminalBuilder.PROP_PROVIDER_EXEC)
                                .build(),
                        this);
            } finally {
                thread.setContextClassLoader(before);
            }
        }

        /** A session on a terminal that is somewhere else and passes keys and characters on. */
        InteractiveSession remote(InputStream keys, OutputStream screen, int columns, int rows, String type)
                throws IOException {
            Terminal terminal = new ExternalTerminal("hotbay", type, keys, screen, StandardCharsets.UTF_8);
            terminal.setSize(new Size(columns, rows));
            return new InteractiveSession(terminal, this);
        }
    }

    /** Talks until the person leaves, who is in this directory. */
    void run(Path directory) throws IOException {
        PrintStream out = ScriptRunner.printer(terminal.output());
        CommandSession session = runner.open(terminal.input(), terminal.output(), terminal.output());
        session.currentDir(directory);
        terminal.handle(Terminal.Signal.INT, signal -> interrupt());
        try {
            for (String line = next(); line != null; line = next()) {
                if (!line.isBlank()) {
                    execute(session, line, out);
                }
            }
        } finally {
            session.close();
            terminal.close();
        }
    }

    /** Runs commands before the first prompt. */
    void execute(String script) {
        PrintStream out = ScriptRunner.printer(terminal.output());
        try (CommandSession session = runner.open(terminal.input(), terminal.output(), terminal.output())) {
            runner.run(session, script, out, out);
        }
    }

    private String next() {
        try {
            String line = reader.readLine(PROMPT);
            return LEAVE.contains(line.strip()) ? null : line;
        } catch (UserInterruptException e) {
            return "";
        } catch (EndOfFileException e) {
            return null;
        }
    }

    private void execute(CommandSession session, String line, PrintStream out) {
        running = Thread.currentThread();
        try {
            runner.run(session, line, out, out);
        } finally {
            running = null;
            // A late Ctrl-C belongs to the command that has just ended.
            Thread.interrupted();
        }
    }

    private void interrupt() {
        Thread thread = running;
        if (thread != null) {
            thread.interrupt();
        }
    }
}
