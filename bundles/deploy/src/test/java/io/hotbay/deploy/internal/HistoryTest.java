// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.deploy.Deployment;
import io.hotbay.deploy.Swap;
import io.hotbay.deploy.Swap.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void place() {
        file = directory.resolve("deploy").resolve("history.jsonl");
    }

    private static Swap swap(long start) {
        return new Swap(start, "io.hotbay.api", "1.0.0", "1.0.1", 12, 2, 3, 4_500, Outcome.ROLLED_BACK, "a \"reason\"");
    }

    @Test
    void shouldRememberSwapsOverRestarts() throws Exception {
        assertThat(new History(file).swaps()).isEmpty();

        new History(file).add(swap(1));
        new History(file).add(swap(2));

        assertThat(new History(file).swaps()).containsExactly(swap(1), swap(2));
    }

    @Test
    void shouldForgetTheOldest() throws Exception {
        History history = new History(file);
        int all = Deployment.HISTORY + 250;
        for (int i = 0; i < all; i++) {
            history.add(swap(i));
        }

        assertThat(history.swaps())
                .hasSize(Deployment.HISTORY)
                .startsWith(swap(250))
                .endsWith(swap(all - 1));
        assertThat(Files.readAllLines(file)).hasSizeLessThan(all);
    }

    @Test
    void shouldLoseNoOtherSwapToALineThatWasCutShort() throws Exception {
        History history = new History(file);
        history.add(swap(1));
        tear("{\"start\":7,\"bun");
        history.add(swap(2));
        tear("[]\n\n{}\n");

        assertThat(new History(file).swaps()).containsExactly(swap(1), swap(2));
    }

    private void tear(String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.APPEND);
    }
}
