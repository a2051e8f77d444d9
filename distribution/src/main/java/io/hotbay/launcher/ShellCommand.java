// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Gives a shell of a target that is running already. */
@Command(
        name = "shell",
        description = {"Open a shell in the running target. Leave it with 'exit' or Ctrl-D; the target goes on.", ""},
        sortOptions = false)
final class ShellCommand implements Callable<Integer> {
    @Mixin
    private ControlOptions control;

    @Option(names = "--columns", hidden = true, description = "Width of the terminal, from bin/hotbay.")
    private int columns = 80;

    @Option(names = "--rows", hidden = true, description = "Height of the terminal, from bin/hotbay.")
    private int rows = 24;

    @Override
    public Integer call() throws LaunchException {
        String type = System.getenv().getOrDefault("TERM", "dumb");
        return control.connect().shell(columns, rows, type);
    }
}
