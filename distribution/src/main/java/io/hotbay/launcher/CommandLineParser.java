// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;

/** Parses the options of one command, up to the first word that is none. */
final class CommandLineParser {
    static final String HELP = "help";

    private CommandLineParser() {}

    static Options withHelp(LauncherCommand command) {
        Options options = command.options();
        options.addOption("h", HELP, false, "Show this help and exit.");
        return options;
    }

    static CommandLine parse(LauncherCommand command, List<String> arguments) throws UsageException {
        CommandLine line = read(command, arguments);
        for (Option option : line.getOptions()) {
            if (option.hasArg() && line.getOptionValues(option).length > 1) {
                throw new UsageException(command, "Option " + text(option) + " is given more than once");
            }
        }
        List<String> rest = line.getArgList();
        if (!rest.isEmpty() && rest.get(0).length() > 1 && rest.get(0).startsWith("-")) {
            throw new UsageException(command, "Unknown option: '" + rest.get(0) + "'");
        }
        return line;
    }

    private static CommandLine read(LauncherCommand command, List<String> arguments) throws UsageException {
        // Quotes are the shell's business, and an abbreviation would change its meaning with the next option.
        DefaultParser parser = DefaultParser.builder()
                .setAllowPartialMatching(false)
                .setStripLeadingAndTrailingQuotes(false)
                .get();
        try {
            return parser.parse(withHelp(command), arguments.toArray(new String[0]), true);
        } catch (MissingArgumentException e) {
            throw new UsageException(command, "Option " + text(e.getOption()) + " needs a value");
        } catch (ParseException e) {
            throw new UsageException(command, e.getMessage());
        }
    }

    /** An option as a person writes it. */
    static String text(Option option) {
        return option.getOpt() == null
                ? "--" + option.getLongOpt()
                : "-" + option.getOpt() + " (--" + option.getLongOpt() + ")";
    }
}
