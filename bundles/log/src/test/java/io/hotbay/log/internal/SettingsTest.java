// SPDX-License-Identifier: Apache-2.0
package io.hotbay.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.service.log.LogLevel;

class SettingsTest {
    private static final Map<String, String> PROPERTIES =
            Map.of("hotbay.log.level", "debug", "hotbay.log.file", "/var/log/hotbay.log");

    @Test
    void shouldLogInfoToTheConsoleOnlyWhenNothingIsSaid() {
        Settings settings = Settings.of(FakeLog.config(null, null), key -> null);
        assertThat(settings.level()).isEqualTo(LogLevel.INFO);
        assertThat(settings.console()).isTrue();
        assertThat(settings.file()).isEmpty();
    }

    @Test
    void shouldFollowTheFrameworkProperties() {
        Settings settings = Settings.of(FakeLog.config(null, null), PROPERTIES::get);
        assertThat(settings.level()).isEqualTo(LogLevel.DEBUG);
        assertThat(settings.file()).contains(Path.of("/var/log/hotbay.log"));
    }

    @Test
    void shouldPreferTheConfiguration() {
        Settings settings = Settings.of(FakeLog.config("WARN", ""), PROPERTIES::get);
        assertThat(settings.level()).isEqualTo(LogLevel.WARN);
        assertThat(settings.file()).isEmpty();
    }

    @Test
    void shouldComplainAboutAnUnknownLevelAndGoOn() {
        Settings settings = Settings.of(FakeLog.config("loud", null), key -> null);
        assertThat(settings.level()).isEqualTo(LogLevel.INFO);
        assertThat(settings.complaint().orElseThrow()).contains("\"loud\"").contains("DEBUG");
    }
}
