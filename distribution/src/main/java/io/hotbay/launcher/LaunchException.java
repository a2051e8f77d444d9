// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

/** The target cannot be started or reached; the message is one line that says what to do. */
final class LaunchException extends Exception {
    private static final long serialVersionUID = 1L;

    LaunchException(String message) {
        super(message);
    }

    LaunchException(String message, Throwable cause) {
        super(message, cause);
    }
}
