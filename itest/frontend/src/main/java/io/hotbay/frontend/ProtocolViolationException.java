// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.io.IOException;

/** The back-end answered in a way that the front-end at hand would not accept. */
public final class ProtocolViolationException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Makes an exception with a message that says what was expected and what came. */
    public ProtocolViolationException(String message) {
        super(message);
    }
}
