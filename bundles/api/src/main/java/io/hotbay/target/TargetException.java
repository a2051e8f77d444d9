// SPDX-License-Identifier: Apache-2.0
package io.hotbay.target;

/** Something a person or a program asked for cannot be done. The message is one line: what is wrong, and what to do. */
public class TargetException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Makes an exception with a one-line message. */
    public TargetException(String message) {
        super(message);
    }

    /** Makes an exception with a one-line message and what caused it. */
    public TargetException(String message, Throwable cause) {
        super(message, cause);
    }
}
