// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.internal;

/** A run is impossible or went wrong; the message is one line that says what to do. */
final class BenchException extends Exception {
    private static final long serialVersionUID = 1L;

    BenchException(String message) {
        super(message);
    }

    BenchException(String message, Throwable cause) {
        super(message, cause);
    }
}
