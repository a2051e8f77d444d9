// SPDX-License-Identifier: Apache-2.0
package io.hotbay.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.osgi.service.log.LogLevel;

class SeverityTest {
    @Test
    void shouldKeepTheNamesOfTheOsgiLevels() {
        for (LogLevel level : LogLevel.values()) {
            assertThat(Severity.of(level).getName()).isEqualTo(level.name());
        }
    }

    @Test
    void shouldOrderLevelsAsJavaUtilLoggingDoes() {
        assertThat(Severity.of(LogLevel.ERROR).intValue()).isEqualTo(Level.SEVERE.intValue());
        assertThat(Severity.of(LogLevel.WARN).intValue()).isEqualTo(Level.WARNING.intValue());
        assertThat(Severity.of(LogLevel.INFO).intValue()).isEqualTo(Level.INFO.intValue());
        assertThat(Severity.of(LogLevel.DEBUG).intValue()).isEqualTo(Level.FINE.intValue());
        assertThat(Severity.of(LogLevel.TRACE).intValue()).isEqualTo(Level.FINER.intValue());
        assertThat(Severity.of(LogLevel.AUDIT).intValue()).isGreaterThan(Level.SEVERE.intValue());
    }

    @Test
    void shouldReadALevelInAnyCase() {
        assertThat(Severity.read(" debug ")).contains(LogLevel.DEBUG);
        assertThat(Severity.read("Warn")).contains(LogLevel.WARN);
        assertThat(Severity.read("loud")).isEmpty();
    }
}
