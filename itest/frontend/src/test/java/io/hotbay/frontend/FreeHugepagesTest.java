// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FreeHugepagesTest {
    @Test
    void shouldReadWhatTheKernelTells() {
        assertThat(FreeHugepages.of(List.of(
                        "MemTotal:        8388608 kB",
                        "HugePages_Total:     512",
                        "HugePages_Free:      384",
                        "Hugepagesize:       2048 kB")))
                .isEqualTo(new FreeHugepages(2 << 20, 384));
    }

    @Test
    void shouldFindNoneWhereTheKernelHasNone() {
        assertThat(FreeHugepages.of(List.of("MemTotal: 8388608 kB"))).isEqualTo(new FreeHugepages(0, 0));
    }
}
