// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fuzzer's checks over random drivers; itest/fuzz lets a fuzzer choose them. */
class SplitRingFuzzTest {
    private static final int RUNS = 2000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldHoldWhateverTheDriverWrites(long seed) {
        Random random = new Random(seed);
        for (int run = 0; run < RUNS; run++) {
            byte[] bytes = new byte[random.nextInt(600)];
            random.nextBytes(bytes);
            try {
                SplitRingFuzz.fuzz(bytes);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "run " + run + " of seed " + seed + ": "
                                + HexFormat.of().formatHex(bytes),
                        e);
            }
        }
    }
}
