// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.fuzz;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs all inputs in git once more, without a fuzzer: what was wrong once stays right. */
class CorpusTest {
    private static final Path CORPUS = Path.of(System.getProperty("hotbay.fuzz.directory"), "corpus");

    @FunctionalInterface
    private interface Target {
        void run(byte[] input) throws Exception;
    }

    @TestFactory
    Stream<DynamicTest> blk() throws IOException {
        return inputs("blk", Blk::fuzzerTestOneInput);
    }

    @TestFactory
    Stream<DynamicTest> messages() throws IOException {
        return inputs("messages", Messages::fuzzerTestOneInput);
    }

    @TestFactory
    Stream<DynamicTest> ring() throws IOException {
        return inputs("ring", Ring::fuzzerTestOneInput);
    }

    private static Stream<DynamicTest> inputs(String name, Target target) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(CORPUS.resolve(name))) {
            files = all.sorted().toList();
        }
        if (files.isEmpty()) {
            throw new IllegalStateException("no inputs in " + CORPUS.resolve(name));
        }
        return files.stream()
                .map(file -> dynamicTest(file.getFileName().toString(), () -> target.run(Files.readAllBytes(file))));
    }
}
