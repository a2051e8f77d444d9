// SPDX-License-Identifier: Apache-2.0
package io.hotbay.kata.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MinorNumbersTest {
    @TempDir
    private Path dir;

    private Path file;

    @BeforeEach
    void chooseFile() {
        file = dir.resolve("state").resolve("minors.properties");
    }

    @Test
    void shouldGiveTheLowestFreeNumber() throws IOException {
        MinorNumbers minors = new MinorNumbers(file);

        assertThat(minors.of("a", Set.of(0, 2))).isEqualTo(1);
        assertThat(minors.of("b", Set.of(0, 2))).isEqualTo(3);
    }

    @Test
    void shouldRememberNumbersOverARestart() throws IOException {
        new MinorNumbers(file).of("a", Set.of());
        new MinorNumbers(file).of("b", Set.of());

        assertThat(new MinorNumbers(file).of("b", Set.of())).isEqualTo(1);
        assertThat(new MinorNumbers(file).of("a", Set.of())).isZero();
    }

    @Test
    void shouldFreeTheNumberOfAForgottenController() throws IOException {
        MinorNumbers minors = new MinorNumbers(file);
        minors.of("a", Set.of());
        minors.forget("a");

        assertThat(minors.of("b", Set.of())).isZero();
    }

    @Test
    void shouldRefuseADamagedFile() throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "a=one\n");

        assertThatThrownBy(() -> new MinorNumbers(file).all())
                .isInstanceOf(IOException.class)
                .hasMessage(file + ": the minor of a is no number: delete the file");
    }
}
