// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** Runs commands in a target that is running already. */
final class ExecCommand implements LauncherCommand {
    private static final String FILE = "file";

    private final CommandLine before;

    ExecCommand(CommandLine before) {
        this.before = before;
    }

    @Override
    public String name() {
        return "hotbay exec";
    }

    @Override
    public String operands() {
        return " [COMMAND...]";
    }

    @Override
    public String summary() {
        return "Run shell commands in the running target and print what they print.";
    }

    @Override
    public Options options() {
        Options options = ControlOptions.options();
        options.addOption(Option.builder("f")
                .longOpt(FILE)
                .hasArg()
                .argName("FILE")
                .desc("Run the commands in this file; - for standard input.")
                .get());
        return options;
    }

    @Override
    public String footer() {
        return String.join(
                System.lineSeparator(),
                "",
                "Examples:",
                "  hotbay exec bdev:list",
                "  hotbay exec deploy:update --safe bdev-malloc bdev-malloc-0.2.0.jar",
                "  hotbay exec 'vhost:create-blk vhostblk0 Malloc0; vhost:list'",
                "  hotbay exec -f setup.gogo",
                "");
    }

    @Override
    public int run(CommandLine line) throws LaunchException {
        return ControlOptions.connect(before, line).exec(script(line));
    }

    /** What was one word to the shell that called is one word to ours too. A single word may be a whole script. */
    private static String quoted(String word) {
        if (!word.isEmpty() && word.chars().noneMatch(Character::isWhitespace)) {
            return word;
        }
        // Gogo takes an apostrophe for a quote even between double quotes.
        return word.replaceAll("[\\s'\"\\\\]", "\\\\$0");
    }

    private static String script(CommandLine line) throws LaunchException {
        List<String> words = line.getArgList();
        String file = line.getOptionValue(FILE);
        if (words.isEmpty() == (file == null)) {
            throw new LaunchException("exec needs either a command or -f FILE, for example: hotbay exec bdev:list");
        }
        if (file == null) {
            return words.size() == 1
                    ? words.get(0)
                    : words.stream().map(ExecCommand::quoted).collect(Collectors.joining(" "));
        }
        try {
            byte[] bytes = file.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new LaunchException("cannot read " + file + ": " + Layout.reason(e), e);
        }
    }
}
