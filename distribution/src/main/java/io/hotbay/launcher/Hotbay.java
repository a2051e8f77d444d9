// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Spec;

/** The command line of Hotbay. Without a subcommand it runs the target in the foreground. */
@Command(
        name = "hotbay",
        description = {
            "A user-space storage target: exports block devices to virtual machines over vhost-user sockets.",
            "Without a command it runs the target in the foreground until SIGTERM or SIGINT.",
            ""
        },
        footerHeading = "%nExit status:%n",
        footer = {
            "  0  stopped in good order, or the command succeeded",
            "  1  the target could not start or keep running, or the command failed",
            "  2  the command line is wrong",
            "",
            "First steps:",
            "  hotbay -S /var/tmp/hotbay -i",
            "  g! bdev:create malloc Malloc0 size=64MiB block_size=4096",
            "  g! vhost:create-blk vhostblk0 Malloc0",
            "  g! vhost:qemu vhostblk0"
        },
        usageHelpAutoWidth = true,
        sortOptions = false,
        mixinStandardHelpOptions = false,
        versionProvider = Hotbay.Version.class,
        subcommands = {ExecCommand.class, ShellCommand.class})
public final class Hotbay implements Runnable {
    /** Exit status when the target could not start or keep running. */
    static final int FAILED = 1;

    @Mixin
    private TargetOptions options;

    @CommandLine.Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    private boolean help;

    @CommandLine.Option(
            names = {"-v", "--version"},
            versionHelp = true,
            description = "Show the version and exit.")
    private boolean version;

    @Spec
    private CommandLine.Model.CommandSpec spec;

    private Hotbay() {}

    /** Runs one command and ends the process with its status. */
    public static void main(String[] arguments) {
        if (Relaunch.isNeeded()) {
            System.exit(Relaunch.run(arguments));
        }
        CommandLine line = new CommandLine(new Hotbay());
        line.setExecutionExceptionHandler(Hotbay::explain);
        line.setParameterExceptionHandler(Hotbay::explainUsage);
        System.exit(line.execute(arguments));
    }

    @Override
    public void run() {
        try {
            options.run();
        } catch (LaunchException e) {
            throw new CommandLine.ExecutionException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private static int explain(Exception cause, CommandLine line, CommandLine.ParseResult parsed) {
        Throwable root =
                cause instanceof CommandLine.ExecutionException && cause.getCause() != null ? cause.getCause() : cause;
        if (!(root instanceof LaunchException)) {
            root.printStackTrace(line.getErr());
            return FAILED;
        }
        line.getErr().println("hotbay: " + root.getMessage());
        return FAILED;
    }

    private static int explainUsage(CommandLine.ParameterException cause, String[] arguments) {
        CommandLine line = cause.getCommandLine();
        PrintWriter err = line.getErr();
        err.println("hotbay: " + cause.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(cause, err);
        err.println("Try '" + line.getCommandSpec().qualifiedName() + " --help'.");
        return line.getCommandSpec().exitCodeOnInvalidInput();
    }

    /** Tells the version that the build wrote into the manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Hotbay.class.getPackage().getImplementationVersion();
            return new String[] {"Hotbay " + (version == null ? "(development)" : version), "Java " + Runtime.version()
            };
        }
    }
}
