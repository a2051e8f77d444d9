// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.fuzz;

import io.hotbay.virtioblk.internal.BlkFuzz;

/** What the fuzzer {@code blk} runs: requests to a block device. */
public final class Blk {
    private Blk() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        BlkFuzz.fuzz(input);
    }
}
