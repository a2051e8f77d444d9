// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Looks at the descriptors of this process from outside. */
final class OpenDescriptors {
    private static final Path DIRECTORY = Path.of("/proc/self/fd");

    private OpenDescriptors() {}

    static long count() throws IOException {
        try (var entries = Files.list(DIRECTORY)) {
            return entries.count();
        }
    }

    /** What a number stands for, memfd:name for example; nothing if it is not open. */
    static String target(int number) {
        try {
            return Files.readSymbolicLink(DIRECTORY.resolve(Integer.toString(number)))
                    .toString();
        } catch (IOException e) {
            return "";
        }
    }
}
