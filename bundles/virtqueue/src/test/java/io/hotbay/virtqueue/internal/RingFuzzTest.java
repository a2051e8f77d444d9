// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link RingFuzz} with inputs from random generators; coverage-guided runs use the same method. */
class RingFuzzTest {
    private static final int INPUTS = 3_000;
    private static final int LONGEST = 600;

    @ParameterizedTest(name = "split and packed, bits {0} of the kind cleared")
    @ValueSource(ints = {0, 0xc0, 0xe0})
    void shouldHoldWhateverTheRingContains(int cleared) {
        for (int seed = 0; seed < INPUTS; seed++) {
            Random random = new Random(seed);
            byte[] input = new byte[1 + random.nextInt(LONGEST)];
            random.nextBytes(input);
            input[0] &= (byte) ~cleared;
            assertThatCode(() -> RingFuzz.fuzz(input)).as("seed %d", seed).doesNotThrowAnyException();
        }
    }
}
