// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InstanceNameTest {
    @Test
    void shouldBeTheSameForTheSameRuntimeDirectory() {
        assertThat(InstanceName.of("/run/hotbay"))
                .startsWith("run-hotbay-")
                .isEqualTo(InstanceName.of("/run/hotbay/"))
                .isEqualTo(InstanceName.of("/run/./hotbay"));
    }

    @Test
    void shouldTellDirectoriesApartThatLookAlike() {
        assertThat(InstanceName.of("/run/hot-bay")).isNotEqualTo(InstanceName.of("/run/hot/bay"));
        assertThat(InstanceName.of("/a/" + "x".repeat(300))).hasSizeLessThan(100);
        assertThat(InstanceName.of("/run/a b\u00e9")).matches("[A-Za-z0-9._-]+");
    }

    @Test
    void shouldNameAProcessWithoutRuntimeDirectoryAfterItself() {
        assertThat(InstanceName.of(null))
                .startsWith("pid-" + ProcessHandle.current().pid() + "-")
                .isEqualTo(InstanceName.of(" "));
    }
}
