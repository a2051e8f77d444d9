// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** One command of the command line: what it takes, what its help says and what it does. */
interface LauncherCommand {
    /** How it is called, such as {@code hotbay exec}. */
    String name();

    /** What stands behind the options in the usage line, or nothing. */
    default String operands() {
        return "";
    }

    /** One line for the list of commands. */
    String summary();

    /** More lines after the summary in its own help, or nothing. */
    default String details() {
        return "";
    }

    /** Its options without help, in the order of the help. */
    Options options();

    /** What the help ends with, or nothing. */
    default String footer() {
        return "";
    }

    /** Runs it and returns the status to exit with. */
    int run(CommandLine line) throws LaunchException;
}
