// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

/** A command cannot do what it was asked for; the message is one line that says what to do. */
final class ShellException extends Exception {
    private static final long serialVersionUID = 1L;

    ShellException(String message) {
        super(message);
    }
}
