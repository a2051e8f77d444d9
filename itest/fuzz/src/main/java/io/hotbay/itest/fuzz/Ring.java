// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.fuzz;

import io.hotbay.virtqueue.internal.RingFuzz;

/** What the fuzzer {@code ring} runs: a virtqueue in memory that the guest fills as it likes. */
public final class Ring {
    private Ring() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        RingFuzz.fuzz(input);
    }
}
