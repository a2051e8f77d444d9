// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.nio.file.Path;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** Says which running target is meant, before or behind the name of the command. */
final class ControlOptions {
    static final String CONTROL_SOCKET = "control-socket";
    static final String RUN_DIR = "run-dir";

    private ControlOptions() {}

    static Options options() {
        Options options = new Options();
        options.addOption(Option.builder("r")
                .longOpt(CONTROL_SOCKET)
                .hasArg()
                .argName("PATH")
                .desc("The target's control socket. Default: control.sock in the run directory.")
                .get());
        options.addOption(Option.builder()
                .longOpt(RUN_DIR)
                .hasArg()
                .argName("DIR")
                .desc("The target's run directory.")
                .get());
        return options;
    }

    /** Refuses options before the command's name that are the target's alone. */
    static void checkBefore(LauncherCommand command, CommandLine before) throws UsageException {
        for (Option option : before.getOptions()) {
            if (!option.getLongOpt().equals(CONTROL_SOCKET)
                    && !option.getLongOpt().equals(RUN_DIR)) {
                throw new UsageException(
                        command,
                        "Option " + CommandLineParser.text(option) + " is not for '" + command.name()
                                + "', but for starting a target");
            }
        }
    }

    static ControlClient connect(CommandLine before, CommandLine line) throws LaunchException {
        String socket = line.getOptionValue(CONTROL_SOCKET, () -> before.getOptionValue(CONTROL_SOCKET));
        if (socket != null) {
            return ControlClient.connect(Path.of(socket).toAbsolutePath());
        }
        String runDir = line.getOptionValue(RUN_DIR, () -> before.getOptionValue(RUN_DIR));
        return ControlClient.connect(Layout.controlSocket(runDir == null ? null : Path.of(runDir)));
    }
}
