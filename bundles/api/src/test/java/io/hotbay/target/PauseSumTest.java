// SPDX-License-Identifier: Apache-2.0
package io.hotbay.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PauseSumTest {
    @Test
    void shouldCountARingOnceAndEachRequestThatWaited() {
        List<Pause> twice = List.of(pause(40_000, 2, 10), pause(50_000, 1, 5));
        List<Pause> once = List.of(pause(45_000, 4, 1));

        assertThat(PauseSum.of(List.of(twice, once, List.of()))).isEqualTo(new PauseSum(6, 16, 50_000, 51));
        assertThat(PauseSum.of(List.of())).isEqualTo(PauseSum.NONE);
    }

    private static Pause pause(long micros, int rings, int requests) {
        return new Pause(1, micros, rings, requests, "device type blk");
    }
}
