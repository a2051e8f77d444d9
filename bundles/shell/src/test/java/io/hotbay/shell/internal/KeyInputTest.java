// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class KeyInputTest {
    @Test
    void shouldReadChunksInOrderAndThenTheEndForEver() throws IOException {
        try (KeyInput keys = new KeyInput()) {
            keys.offer("ab".getBytes(StandardCharsets.UTF_8));
            keys.offer("c".getBytes(StandardCharsets.UTF_8));
            keys.offer(new byte[0]);

            assertThat(keys.read()).isEqualTo('a');
            assertThat(keys.available()).isEqualTo(1);
            assertThat(keys.read()).isEqualTo('b');
            assertThat(keys.read()).isEqualTo('c');
            assertThat(keys.read()).isEqualTo(-1);
            assertThat(keys.read()).isEqualTo(-1);
        }
    }

    @Test
    void shouldNotReadMoreThanIsThere() throws IOException {
        try (KeyInput keys = new KeyInput()) {
            keys.offer("abc".getBytes(StandardCharsets.UTF_8));
            byte[] bytes = new byte[8];

            assertThat(keys.read(bytes, 0, 2)).isEqualTo(2);
            assertThat(keys.read(bytes, 2, 6)).isEqualTo(1);
            assertThat(new String(bytes, 0, 3, StandardCharsets.UTF_8)).isEqualTo("abc");
        }
    }
}
