// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

/** The command line is wrong. */
final class UsageException extends Exception {
    private static final long serialVersionUID = 1;

    private final String command;

    UsageException(LauncherCommand command, String message) {
        super(message);
        this.command = command.name();
    }

    /** The command whose help tells how it is right. */
    String command() {
        return command;
    }
}
