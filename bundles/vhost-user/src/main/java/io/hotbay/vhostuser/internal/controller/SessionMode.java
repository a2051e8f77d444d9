// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a controller does with a front-end that connects while another one is connected. */
enum SessionMode {
    /** It waits in the backlog until the other one has gone. */
    EXCLUSIVE,
    /** It is served at the same time, as long as there are not too many. */
    SHARED,
    /** The other one's session ends, and it is served then. */
    TAKEOVER;

    /** The mode of a name in a configuration. */
    static Optional<SessionMode> of(String label) {
        return Arrays.stream(values())
                .filter(mode -> mode.label().equals(label))
                .findFirst();
    }

    /** All names, for people. */
    static String labels() {
        return Arrays.stream(values()).map(SessionMode::label).collect(Collectors.joining(", "));
    }

    private String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
