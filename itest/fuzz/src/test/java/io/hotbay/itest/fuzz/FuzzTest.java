// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs each fuzzer for a short time, from the same seed each time. */
class FuzzTest {
    private static final Path DIRECTORY = Path.of(System.getProperty("hotbay.fuzz.directory"));
    private static final String SECONDS = System.getProperty("hotbay.fuzz.seconds");
    /** Enough for a JVM to start on a busy machine. */
    private static final int PATIENCE = 180;

    @ParameterizedTest
    @ValueSource(strings = {"blk", "messages", "ring"})
    void shouldFindNothing(String name) throws IOException, InterruptedException {
        Path output = DIRECTORY.resolve("target").resolve(name + ".log");
        ProcessBuilder builder =
                new ProcessBuilder(DIRECTORY.resolve("run").toString(), name, "--seconds", SECONDS, "-seed=1");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(Long.parseLong(SECONDS) + PATIENCE, TimeUnit.SECONDS))
                    .as("%s: %s", output, tail(output))
                    .isTrue();
            assertThat(process.exitValue()).as("%s: %s", output, tail(output)).isZero();
            assertThat(Files.readString(output)).contains("DONE");
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static String tail(Path output) throws IOException {
        String text = Files.readString(output);
        return text.substring(Math.max(0, text.length() - 4000));
    }
}
