// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.fuzz;

import io.hotbay.vhostuser.internal.testing.SessionFuzz;

/** What the fuzzer {@code messages} runs: a session whose front-end sends what it likes. */
public final class Messages {
    private Messages() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        SessionFuzz.fuzz(input);
    }
}
