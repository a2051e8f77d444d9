// SPDX-License-Identifier: Apache-2.0
package io.hotbay.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.osgi.service.log.LogLevel;

class LineFormatterTest {
    private final LineFormatter console = new LineFormatter(ZoneOffset.UTC, false);
    private final LineFormatter file = new LineFormatter(ZoneOffset.UTC, true);

    @Test
    void shouldWriteTimeLevelBundleAndMessageInColumns() {
        assertThat(console.format(entry(LogLevel.INFO, "vhostblk0: front-end pid 123 connected", null)))
                .isEqualTo("2026-11-22 13:01:02.123 INFO  vhost-user  vhostblk0: front-end pid 123 connected\n");
    }

    @Test
    void shouldSayTheCauseInTheLineOnTheConsole() {
        assertThat(console.format(entry(LogLevel.ERROR, "accept failed", new IOException("EMFILE"))))
                .isEqualTo("2026-11-22 13:01:02.123 ERROR vhost-user  accept failed: EMFILE\n");
    }

    @Test
    void shouldNotSayTheSameTwice() {
        assertThat(console.format(entry(LogLevel.ERROR, "accept: EMFILE", new IOException("EMFILE"))))
                .endsWith(" accept: EMFILE\n");
    }

    @Test
    void shouldWriteTheStackTraceBelowTheLineInTheFile() {
        String text = file.format(entry(LogLevel.ERROR, "accept failed", new IOException("EMFILE")));
        assertThat(text.lines().toList())
                .startsWith("2026-11-22 13:01:02.123 ERROR vhost-user  accept failed", "java.io.IOException: EMFILE")
                .element(2)
                .asString()
                .startsWith("\tat io.hotbay.log.internal.LineFormatterTest");
    }

    @Test
    void shouldKeepAnEntryOnOneLineWhateverAFrontEndSends() {
        assertThat(console.format(entry(LogLevel.WARN, "name \"a\nb\u001b[2Jc\td\r\"\n", null)))
                .endsWith(" name \"a\\nb[2Jc d\"\n");
    }

    @Test
    void shouldTakeBracesForWhatTheyAre() {
        assertThat(console.format(entry(LogLevel.INFO, "x {0} %d", null))).endsWith(" x {0} %d\n");
    }

    private static LogRecord entry(LogLevel level, String message, Throwable thrown) {
        Instant time = Instant.parse("2026-11-22T13:01:02.123Z");
        return LineFormatter.line(Severity.of(level), time, "vhost-user", message, thrown);
    }
}
