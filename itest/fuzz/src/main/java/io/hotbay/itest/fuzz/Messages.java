// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.fuzz;

import io.hotbay.vhostuser.internal.testing.SessionFuzz;

/** What the fuzzer {@code messages} runs: a session whose front-end sends what it likes. */
public final class Messages {
    private Messages() {}

    /**
     * Called by the fuzzer before it takes the time of a run: the first one loads and instruments classes, which on a busy machine
     * lasts as long as a hang.
     */
    public static void fuzzerInitialize() throws Exception {
        SessionFuzz.fuzz(new byte[256]);
    }

    /** Called by the fuzzer for each input. */
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        SessionFuzz.fuzz(input);
    }
}
