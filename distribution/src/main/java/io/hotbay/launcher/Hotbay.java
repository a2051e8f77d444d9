// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.CommandLine;

/** The command line of Hotbay. Without a subcommand it runs the target in the foreground. */
public final class Hotbay {
    /** Exit status when the target could not start or keep running. */
    static final int FAILED = 1;
    /** Exit status when the command line is wrong. */
    private static final int MISUSED = 2;
    /** Exit status when the configuration file is wrong, so that another attempt would fail as well. */
    static final int MISCONFIGURED = 3;

    private final LauncherCommand target;

    private Hotbay(List<String> arguments) {
        target = new TargetCommand(arguments);
    }

    /** Runs one command and ends the process with its status. */
    public static void main(String[] arguments) {
        if (Relaunch.isNeeded()) {
            System.exit(Relaunch.run(arguments));
        }
        List<String> words = List.of(arguments);
        System.exit(new Hotbay(words).run(words));
    }

    private int run(List<String> arguments) {
        try {
            return runCommand(arguments);
        } catch (UsageException e) {
            System.err.println("hotbay: " + e.getMessage());
            System.err.println("Try '" + e.command() + " --help'.");
            return MISUSED;
        } catch (LaunchException e) {
            System.err.println("hotbay: " + e.getMessage());
            return e.status();
        }
    }

    private int runCommand(List<String> arguments) throws UsageException, LaunchException {
        CommandLine line = CommandLineParser.parse(target, arguments);
        if (line.hasOption(CommandLineParser.HELP)) {
            Help.print(target, subcommands(line).values(), System.out);
            return 0;
        }
        if (line.hasOption(TargetCommand.VERSION)) {
            printVersion();
            return 0;
        }
        List<String> rest = line.getArgList();
        return rest.isEmpty() ? target.run(line) : runSubcommand(line, rest);
    }

    private int runSubcommand(CommandLine before, List<String> words) throws UsageException, LaunchException {
        LauncherCommand command = subcommands(before).get(words.get(0));
        if (command == null) {
            throw new UsageException(target, "There is no command '" + words.get(0) + "'");
        }
        if (command instanceof BenchCommand bench) {
            ControlOptions.checkBefore(command, before);
            return bench.run(words.subList(1, words.size()));
        }
        CommandLine line = CommandLineParser.parse(command, words.subList(1, words.size()));
        if (line.hasOption(CommandLineParser.HELP)) {
            Help.print(command, List.of(), System.out);
            return 0;
        }
        ControlOptions.checkBefore(command, before);
        return command.run(line);
    }

    private static Map<String, LauncherCommand> subcommands(CommandLine before) {
        Map<String, LauncherCommand> commands = new LinkedHashMap<>();
        commands.put("exec", new ExecCommand(before));
        commands.put("shell", new ShellCommand(before));
        commands.put("upgrade", new UpgradeCommand(before));
        commands.put("bench", new BenchCommand());
        commands.put("archive", new ArchiveCommand());
        return commands;
    }

    private static void printVersion() {
        String version = Hotbay.class.getPackage().getImplementationVersion();
        System.out.println("Hotbay " + (version == null ? "(development)" : version));
        System.out.println("Java " + Runtime.version());
    }
}
