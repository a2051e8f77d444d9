// SPDX-License-Identifier: Apache-2.0
package io.hotbay.log.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotatingFileHandlerTest {
    private static final Formatter BARE = new Formatter() {
        @Override
        public String format(LogRecord entry) {
            return entry.getMessage() + "\n";
        }
    };

    @TempDir
    Path directory;

    @Test
    void shouldMakeTheDirectoryAndAppendToWhatIsThere() throws IOException {
        Path file = directory.resolve("log/hotbay.log");
        try (RotatingFileHandler log = new RotatingFileHandler(file, 1000, 3, BARE)) {
            log.publish(new LogRecord(Level.FINER, "one"));
        }
        try (RotatingFileHandler log = new RotatingFileHandler(file, 1000, 3, BARE)) {
            log.publish(new LogRecord(Level.FINER, "two"));
        }
        assertThat(file).hasContent("one\ntwo\n");
    }

    @Test
    void shouldWriteEachLineAtOnce() throws IOException {
        Path file = directory.resolve("hotbay.log");
        try (RotatingFileHandler log = new RotatingFileHandler(file, 1000, 3, BARE)) {
            log.publish(new LogRecord(Level.INFO, "now"));
            assertThat(file).hasContent("now\n");
        }
    }

    @Test
    void shouldKeepTheNameForTheCurrentFileAndNumberOlderOnes() throws IOException {
        Path file = directory.resolve("hotbay.log");
        try (RotatingFileHandler log = new RotatingFileHandler(file, 10, 3, BARE)) {
            for (int i = 1; i <= 9; i++) {
                log.publish(new LogRecord(Level.INFO, "line" + i));
            }
        }
        assertThat(file).hasContent("line9\n");
        assertThat(directory.resolve("hotbay.log.1")).hasContent("line7\nline8\n");
        assertThat(directory.resolve("hotbay.log.2")).hasContent("line5\nline6\n");
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(3);
        }
    }

    @Test
    void shouldCountWhatWasInTheFileBefore() throws IOException {
        Path file = Files.writeString(directory.resolve("hotbay.log"), "1234567890\n");
        try (RotatingFileHandler log = new RotatingFileHandler(file, 12, 2, BARE)) {
            log.publish(new LogRecord(Level.INFO, "a"));
            log.publish(new LogRecord(Level.INFO, "b"));
        }
        assertThat(directory.resolve("hotbay.log.1")).hasContent("1234567890\na\n");
        assertThat(file).hasContent("b\n");
    }

    @Test
    void shouldBeginAnewWhenOnlyOneFileIsKept() throws IOException {
        Path file = directory.resolve("hotbay.log");
        try (RotatingFileHandler log = new RotatingFileHandler(file, 4, 1, BARE)) {
            log.publish(new LogRecord(Level.INFO, "old"));
            log.publish(new LogRecord(Level.INFO, "ne"));
        }
        assertThat(file).hasContent("ne\n");
        assertThat(directory.resolve("hotbay.log.1")).doesNotExist();
    }

    @Test
    void shouldFailToOpenADirectory() {
        assertThatThrownBy(() -> new RotatingFileHandler(directory, 10, 2, BARE))
                .isInstanceOf(IOException.class);
    }
}
