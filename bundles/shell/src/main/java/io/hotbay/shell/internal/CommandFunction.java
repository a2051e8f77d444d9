// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** What Gogo calls for a command. Each call gets a fresh command object, so that two sessions do not meet in one. */
final class CommandFunction implements Function {
    /** Characters in a line of help. */
    static final int WIDTH = 110;

    private final String name;
    private final Supplier<ShellCommand> factory;

    CommandFunction(String name, Supplier<ShellCommand> factory) {
        this.name = name;
        this.factory = factory;
    }

    /** Its full name, {@code scope:function}. */
    String name() {
        return name;
    }

    @Override
    public Object execute(CommandSession session, List<Object> arguments) throws Exception {
        ShellCommand command = factory.get();
        CommandLine line = line(command);
        command.directory(session.currentDir());
        line.registerConverter(Path.class, session.currentDir()::resolve);
        // Gogo binds both to the pipe or the console of this very call.
        PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, false, StandardCharsets.UTF_8);
        line.setOut(out);
        line.setErr(err);
        try {
            ParseResult parsed =
                    line.parseArgs(arguments.stream().map(String::valueOf).toArray(String[]::new));
            if (parsed.isUsageHelpRequested()) {
                line.usage(out, Ansi.OFF);
            } else {
                command.run();
            }
        } catch (ParameterException e) {
            throw new ShellException(name + ": " + Mistake.of(e) + "; " + name + " -h shows how");
        } finally {
            out.flush();
            err.flush();
        }
        return null;
    }

    /** One line that says what it does. */
    String summary() {
        String[] description = spec().usageMessage().description();
        return description.length == 0 ? "" : description[0];
    }

    /** Its model: options and parameters. */
    CommandSpec spec() {
        return line(factory.get()).getCommandSpec();
    }

    /** What could be typed for a positional parameter. */
    List<String> candidates(List<String> given) {
        return factory.get().candidates(given);
    }

    private CommandLine line(ShellCommand command) {
        CommandLine line = new CommandLine(command);
        line.setCommandName(name);
        Mistake.explainNumbers(line);
        line.setUsageHelpAutoWidth(false);
        line.setUsageHelpWidth(WIDTH);
        return line;
    }
}
