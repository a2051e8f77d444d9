// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command of the shell: options and parameters are annotated fields, filled in anew for each call. */
abstract class ShellCommand {
    private static final Pattern URL = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]+:");

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    private final TargetServices services;
    private Path directory = Path.of("");

    ShellCommand(TargetServices services) {
        this.services = services;
    }

    /** Does what the command is for. */
    abstract void run() throws Exception;

    /**
     * What could be typed for a positional parameter.
     *
     * @param given the positional parameters before it
     */
    List<String> candidates(List<String> given) {
        return List.of();
    }

    /** Where names of files begin that the person at the other end has typed. */
    final void directory(Path current) {
        directory = current;
    }

    /** A file or a URL as it is found from here. */
    final String place(String fileOrUrl) {
        return URL.matcher(fileOrUrl).lookingAt()
                ? fileOrUrl
                : directory.resolve(fileOrUrl).toString();
    }

    TargetServices services() {
        return services;
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** For what must not come between that which the command prints. */
    PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
