// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

/** The target cannot be started or reached; the message is one line that says what to do. */
final class LaunchException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    LaunchException(String message) {
        this(message, Hotbay.FAILED);
    }

    LaunchException(String message, int status) {
        super(message);
        this.status = status;
    }

    LaunchException(String message, Throwable cause) {
        super(message, cause);
        status = Hotbay.FAILED;
    }

    /** What the process ends with. */
    int status() {
        return status;
    }
}
