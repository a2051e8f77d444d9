// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.fuzz;

import io.hotbay.virtioblk.internal.BlkFuzz;

/** What the fuzzer {@code blk} runs: requests to a block device. */
public final class Blk {
    private Blk() {}

    /**
     * Called by the fuzzer before it takes the time of a run: the first one loads and instruments classes, which on a busy machine
     * lasts as long as a hang.
     */
    public static void fuzzerInitialize() throws Exception {
        BlkFuzz.fuzz(new byte[256]);
    }

    /** Called by the fuzzer for each input. */
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        BlkFuzz.fuzz(input);
    }
}
