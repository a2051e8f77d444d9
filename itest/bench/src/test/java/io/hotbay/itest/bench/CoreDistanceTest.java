// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class CoreDistanceTest {
    @Test
    void shouldTakeSomeTimeToAnotherCoreAndBack() throws IOException {
        assumeThat(Runtime.getRuntime().availableProcessors()).isGreaterThan(1);
        assertThat(CoreDistance.nanos(0)).isPositive();
    }

    @Test
    void shouldSayWhichCoreDoesNotAnswer() {
        assertThatThrownBy(() -> CoreDistance.nanos(4000))
                .isInstanceOf(IOException.class)
                .hasMessage("core 4000 does not answer")
                .hasMessageNotContaining("null");
    }
}
