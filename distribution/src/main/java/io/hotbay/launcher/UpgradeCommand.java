// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.nio.file.Path;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** Replaces the process of the running target. */
final class UpgradeCommand implements LauncherCommand {
    private static final String HOME = "home";
    private static final String WAIT = "wait";
    private static final int SECONDS = 60;

    private final CommandLine before;

    /** @param before the options before the command's name */
    UpgradeCommand(CommandLine before) {
        this.before = before;
    }

    @Override
    public String name() {
        return "hotbay upgrade";
    }

    @Override
    public String summary() {
        return "Replace the process of the running target while guests stay connected.";
    }

    @Override
    public String details() {
        return String.format(
                "The new process is started with the options of the running one. That serves until the new one is ready,%n"
                        + "and goes on serving if it fails; then this command says why and ends with 1.%n");
    }

    @Override
    public Options options() {
        Options options = ControlOptions.options();
        options.addOption(Option.builder()
                .longOpt(HOME)
                .hasArg()
                .argName("DIR")
                .desc("The installation to start. Default: the one this command belongs to.")
                .get());
        options.addOption(Option.builder()
                .longOpt(WAIT)
                .hasArg()
                .argName("SECONDS")
                .desc("How long the new process may take to get ready. Default: " + SECONDS + ".")
                .get());
        return options;
    }

    @Override
    public String footer() {
        return String.join(
                System.lineSeparator(),
                "",
                "Examples:",
                "  /opt/hotbay-0.2.0/bin/hotbay upgrade",
                "  hotbay upgrade --home /opt/hotbay-0.2.0",
                "");
    }

    @Override
    public int run(CommandLine line) throws LaunchException {
        if (!line.getArgList().isEmpty()) {
            throw new LaunchException(
                    "upgrade takes no operand: " + line.getArgList().get(0));
        }
        String home = line.getOptionValue(HOME, System.getProperty("hotbay.home"));
        return ControlOptions.connect(before, line)
                .upgrade(
                        seconds(line.getOptionValue(WAIT)),
                        home == null
                                ? ""
                                : Path.of(home).toAbsolutePath().normalize().toString());
    }

    private static int seconds(String text) throws LaunchException {
        try {
            int seconds = text == null ? SECONDS : Integer.parseInt(text);
            if (seconds > 0) {
                return seconds;
            }
        } catch (NumberFormatException e) {
            // falls through to the one message for all slips
        }
        throw new LaunchException("--wait " + text + ": is no number of seconds; give 1 at least");
    }
}
