// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import static io.hotbay.hugepages.internal.Configured.DEFAULTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class HugepageSettingsTest {
    @Test
    void shouldPreferTheConfiguredMemoryToWhatTheLauncherWasTold() {
        assertThat(HugepageSettings.of(DEFAULTS, null).memory()).isZero();
        assertThat(HugepageSettings.of(DEFAULTS, "512").memory()).isEqualTo(512 * FakeMachine.MIB);
        assertThat(HugepageSettings.of(DEFAULTS.withMemory("4GiB"), "512").memory())
                .isEqualTo(4 * FakeMachine.GIB);
    }

    @Test
    void shouldNameTheOptionThatIsWrong() {
        assertThatThrownBy(() -> HugepageSettings.of(DEFAULTS, "many"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(-s)");
        for (Configured wrong : List.of(
                DEFAULTS.withMemory("much"),
                DEFAULTS.withPageSize("large"),
                DEFAULTS.withMountPoint("mnt"),
                DEFAULTS.withDirectory("../etc"))) {
            assertThatThrownBy(() -> HugepageSettings.of(wrong, null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("of io.hotbay.hugepages");
        }
    }

    @Test
    void shouldKeepTheFoldersOfOtherUsersApart() {
        assertThat(HugepageSettings.of(DEFAULTS, null).directory(0)).isEqualTo("hotbay");
        assertThat(HugepageSettings.of(DEFAULTS, null).directory(1000)).isEqualTo("hotbay-1000");
    }
}
