// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fuzzer's checks over random schedules of random requests; itest/fuzz lets a fuzzer choose them. */
class BlkFuzzTest {
    private static final int RUNS = 1000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldAnswerAsTheModelSays(long seed) {
        Random random = new Random(seed);
        for (int run = 0; run < RUNS; run++) {
            byte[] bytes = new byte[random.nextInt(600)];
            random.nextBytes(bytes);
            try {
                BlkFuzz.fuzz(bytes);
            } catch (Exception | AssertionError e) {
                throw new AssertionError(
                        "run " + run + " of seed " + seed + ": "
                                + HexFormat.of().formatHex(bytes),
                        e);
            }
        }
    }
}
