// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Collection;
import org.apache.commons.cli.HelpFormatter;

/** Prints what a command takes. */
final class Help {
    private static final int WIDTH = 100;
    private static final int LEFT = 2;
    private static final int GAP = 3;

    private Help() {}

    static void print(LauncherCommand command, Collection<LauncherCommand> subcommands, PrintStream out) {
        PrintWriter writer = new PrintWriter(out);
        HelpFormatter formatter =
                HelpFormatter.builder().setShowDeprecated(false).get();
        formatter.setOptionComparator(null);
        formatter.setLongOptSeparator("=");
        writer.println("Usage: " + command.name() + " [OPTIONS]" + command.operands());
        writer.println(command.summary());
        writer.print(command.details());
        writer.println();
        formatter.printOptions(writer, WIDTH, CommandLineParser.withHelp(command), LEFT, GAP);
        if (!subcommands.isEmpty()) {
            writer.printf("%nCommands:%n");
            int width = subcommands.stream()
                    .mapToInt(each -> shortName(each).length())
                    .max()
                    .getAsInt();
            for (LauncherCommand each : subcommands) {
                writer.printf("  %-" + width + "s   %s%n", shortName(each), each.summary());
            }
        }
        writer.print(command.footer());
        writer.flush();
    }

    private static String shortName(LauncherCommand command) {
        return command.name().substring(command.name().lastIndexOf(' ') + 1);
    }
}
