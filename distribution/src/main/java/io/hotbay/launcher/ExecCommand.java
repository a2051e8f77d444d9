// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs commands in a target that is running already. */
@Command(
        name = "exec",
        description = {"Run shell commands in the running target and print what they print.", ""},
        footer = {
            "",
            "Examples:",
            "  hotbay exec bdev:list",
            "  hotbay exec 'vhost:create-blk vhostblk0 Malloc0'",
            "  hotbay exec -f setup.gogo"
        },
        sortOptions = false)
final class ExecCommand implements Callable<Integer> {
    @Mixin
    private ControlOptions control;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "Run the commands in this file; - for standard input.")
    private Path file;

    @Parameters(paramLabel = "COMMAND", arity = "0..*", description = "The command and its arguments.")
    private List<String> words;

    @Override
    public Integer call() throws LaunchException {
        return control.connect().exec(script());
    }

    private String script() throws LaunchException {
        boolean given = words != null && !words.isEmpty();
        if (given == (file != null)) {
            throw new LaunchException("exec needs either a command or -f FILE, for example: hotbay exec bdev:list");
        }
        if (given) {
            return String.join(" ", words);
        }
        try {
            byte[] bytes = file.toString().equals("-") ? System.in.readAllBytes() : Files.readAllBytes(file);
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new LaunchException("cannot read " + file + ": " + Layout.reason(e), e);
        }
    }
}
