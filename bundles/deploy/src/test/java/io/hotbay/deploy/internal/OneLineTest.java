// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class OneLineTest {
    @Test
    void shouldTellTheRootCauseOnOneLine() {
        assertThat(OneLine.of(new UncheckedIOException(new IOException("one\n  two"))))
                .isEqualTo("one two");
        assertThat(OneLine.of(new IllegalStateException())).isEqualTo("IllegalStateException");
        assertThat(OneLine.of(new NoSuchFileException("/a"))).isEqualTo("there is no such file");
    }

    @Test
    void shouldTellTheRootCauseOfAPrintedTrace() {
        assertThat(OneLine.ofTrace("a.b.C: outer\n\tat x\nCaused by: d.E: bdev M: size is 0\n\tat y\n"))
                .isEqualTo("bdev M: size is 0");
        assertThat(OneLine.ofTrace("a.b.C\n\tat x\n")).isEqualTo("a.b.C");
        assertThat(OneLine.ofTrace("")).isEqualTo("unknown");
    }
}
