// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.internal;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The arguments of {@code bench:run}. */
@Command(
        name = "bench:run",
        description = RunCommand.SUMMARY,
        footer = {
            "",
            "The load runs in the target's own process here and takes a core from it; \"bin/hotbay bench\" takes the same",
            "options and measures from a process of its own. Ctrl-C ends a run with the figures so far.",
            "",
            "Examples:",
            "  bench:run vhostblk0",
            "  bench:run --make malloc,size=256MiB --read 50 --verify",
            "  bench:run /tmp/qsd.sock --depth 128 --time 30 --json /tmp/r.json --plot /tmp/r.svg"
        },
        sortOptions = false)
final class RunCommand {
    static final String SUMMARY = "Measure a controller, or any vhost-user-blk socket.";

    @Parameters(
            arity = "0..1",
            paramLabel = "TARGET",
            description = "Name of a controller, or path of a socket, which may be another program's.")
    String target;

    @Mixin
    BenchOptions options;

    @Option(
            names = {"-m", "--make"},
            paramLabel = "TYPE[,OPTION=VALUE]...",
            description = "Measure a disk made for this run and deleted after it, instead of a TARGET.")
    String make;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;
}
