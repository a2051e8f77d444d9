// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.fuzz;

import io.hotbay.virtqueue.internal.RingFuzz;

/** What the fuzzer {@code ring} runs: a virtqueue in memory that the guest fills as it likes. */
public final class Ring {
    private Ring() {}

    /**
     * Called by the fuzzer before it takes the time of a run: the first one loads and instruments classes, which on a busy machine
     * lasts as long as a hang.
     */
    public static void fuzzerInitialize() throws Exception {
        RingFuzz.fuzz(new byte[256]);
    }

    /** Called by the fuzzer for each input. */
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        RingFuzz.fuzz(input);
    }
}
