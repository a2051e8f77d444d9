// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** Gives a shell of a target that is running already. */
final class ShellCommand implements LauncherCommand {
    private static final String COLUMNS = "columns";
    private static final String ROWS = "rows";

    private final CommandLine before;

    ShellCommand(CommandLine before) {
        this.before = before;
    }

    @Override
    public String name() {
        return "hotbay shell";
    }

    @Override
    public String summary() {
        return "Open a shell in the running target. Leave it with 'exit' or Ctrl-D; the target goes on.";
    }

    @Override
    public Options options() {
        Options options = ControlOptions.options();
        options.addOption(size(COLUMNS, "Width of the terminal; bin/hotbay finds it."));
        options.addOption(size(ROWS, "Height of the terminal; bin/hotbay finds it."));
        return options;
    }

    private static Option size(String name, String description) {
        return Option.builder()
                .longOpt(name)
                .hasArg()
                .argName("N")
                .desc(description)
                .get();
    }

    @Override
    public int run(CommandLine line) throws LaunchException {
        String type = System.getenv().getOrDefault("TERM", "dumb");
        return ControlOptions.connect(before, line).shell(number(line, COLUMNS, 80), number(line, ROWS, 24), type);
    }

    private static int number(CommandLine line, String option, int otherwise) throws LaunchException {
        String text = line.getOptionValue(option);
        try {
            return text == null ? otherwise : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new LaunchException("--" + option + " " + text + ": is no number", e);
        }
    }
}
