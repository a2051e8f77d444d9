// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.internal;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/**
 * {@code hotbay bench}: the load in a process of its own, without a framework. That is the honest way to measure, as the load
 * takes nothing from the target then.
 */
@Command(
        name = "hotbay bench",
        description = {"Measure any vhost-user-blk socket: load, latencies, verified content.", ""},
        footer = {
            "",
            "TARGET is a socket's path, or its name in the default socket directory.",
            "Exit status: 0 measured, 1 it went wrong or data was wrong, 2 the command line is wrong, 130 interrupted.",
            "",
            "Examples:",
            "  hotbay bench vhostblk0 --core 1",
            "  hotbay bench /tmp/qsd.sock -b 128KiB -d 8 --sequential --json r.json --plot r.svg",
            "  hotbay bench vhostblk0 --read 70 --verify --range 64MiB --destroy-data"
        },
        sortOptions = false)
public final class BenchMain {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final int INTERRUPTED = 130;

    private static final String SOCKETS = "hotbay.socket.dir";

    @Parameters(paramLabel = "TARGET", description = "The socket.")
    private String target;

    @Mixin
    private BenchOptions options;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    private boolean help;

    private BenchMain() {}

    /** Runs one measurement and ends the process with its status. */
    public static void main(String... arguments) {
        Thread main = Thread.currentThread();
        CountDownLatch done = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitEnd(main, done), "hotbay-bench-end"));
        int status = execute(arguments, new PrintWriter(System.out, true, StandardCharsets.UTF_8));
        done.countDown();
        // After a signal this does not return, and the process ends with the signal's status.
        System.exit(status);
    }

    /** A signal interrupts the run, which then tells what it has, and is waited for. */
    private static void awaitEnd(Thread main, CountDownLatch done) {
        main.interrupt();
        try {
            done.await();
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
    }

    static int execute(String[] arguments, PrintWriter out) {
        BenchMain command = new BenchMain();
        CommandLine line = new CommandLine(command);
        line.setUsageHelpAutoWidth(false);
        line.setUsageHelpWidth(110);
        try {
            if (line.parseArgs(arguments).isUsageHelpRequested()) {
                line.usage(out, Ansi.OFF);
                return OK;
            }
            new BenchRun(socket(command.target), command.options, out).run();
            return Thread.interrupted() ? INTERRUPTED : OK;
        } catch (ParameterException wrong) {
            System.err.println("hotbay bench: " + wrong.getMessage() + "; hotbay bench -h shows how");
            return USAGE;
        } catch (BenchException failure) {
            System.err.println("hotbay bench: " + failure.getMessage());
            return FAILED;
        }
    }

    private static Path socket(String target) {
        String directory = System.getProperty(SOCKETS);
        return target.contains("/") || directory == null ? Path.of(target) : Path.of(directory, target);
    }
}
