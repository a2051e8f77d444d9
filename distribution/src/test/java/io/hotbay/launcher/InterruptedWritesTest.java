// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InterruptedWritesTest {
    private static final String OLD = "size=\"32MiB\"\r\n";
    private static final String NEW = "size=\"64MiB\"\r\n";

    @TempDir
    Path configurations;

    private Path folder;
    private Path configuration;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectories(configurations.resolve("io/hotbay/bdev"));
        configuration = folder.resolve("malloc~Malloc0.config");
    }

    private Path temporary(String content) throws IOException {
        return Files.writeString(folder.resolve("malloc~Malloc0.config4711.tmp"), content);
    }

    @Test
    void shouldNameTheNewFileWhenTheOldOneIsDeletedAlready() throws IOException {
        Path temporary = temporary(NEW);
        InterruptedWrites.finish(configurations);
        assertThat(configuration).hasContent(NEW);
        assertThat(temporary).doesNotExist();
    }

    @Test
    void shouldKeepTheOldFileAsLongAsItIsThere() throws IOException {
        Files.writeString(configuration, OLD);
        Path temporary = temporary(NEW);
        InterruptedWrites.finish(configurations);
        assertThat(configuration).hasContent(OLD);
        assertThat(temporary).doesNotExist();
    }

    @Test
    void shouldDropWhatWasNotWrittenToItsEnd() throws IOException {
        for (String cut : new String[] {"", "size=\"64M"}) {
            Path temporary = temporary(cut);
            InterruptedWrites.finish(configurations);
            assertThat(configuration).doesNotExist();
            assertThat(temporary).doesNotExist();
        }
    }

    @Test
    void shouldTouchNothingElse() throws IOException {
        Path other = Files.writeString(folder.resolve("notes.tmp"), NEW);
        InterruptedWrites.finish(configurations);
        InterruptedWrites.finish(configurations.resolve("missing"));
        assertThat(other).hasContent(NEW);
    }
}
