// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

/** What a front-end does after it has stopped the rings. */
public enum RestartManner {
    /** It starts them where they stopped. */
    KEEPS_RINGS,
    /** It starts with empty rings. */
    RESETS_RINGS,
    /** It makes a new connection. */
    RECONNECTS
}
