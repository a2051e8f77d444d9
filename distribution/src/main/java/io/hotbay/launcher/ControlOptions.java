// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Says which running target is meant. */
final class ControlOptions {
    @Option(
            names = {"-r", "--control-socket"},
            paramLabel = "PATH",
            description = "The target's control socket. Default: control.sock in the run directory.")
    private Path socket;

    @Option(names = "--run-dir", paramLabel = "DIR", description = "The target's run directory.")
    private Path runDir;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    private boolean help;

    ControlClient connect() throws LaunchException {
        return ControlClient.connect(socket != null ? socket.toAbsolutePath() : Layout.controlSocket(runDir));
    }
}
