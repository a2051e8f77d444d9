// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Looks at the descriptors of this process from outside. */
final class OpenDescriptors {
    private static final Path DIRECTORY = Path.of("/proc/self/fd");
    private static final List<String> ANONYMOUS = List.of("anon_inode:", "/memfd:", "socket:");

    private OpenDescriptors() {}

    /**
     * How many are open of the kinds that this bundle makes. The JVM has others that come and go by themselves: class loading opens
     * a jar whenever it first needs it, and the pipes of a child process are closed some time after its end was waited for.
     */
    static long count() throws IOException {
        try (var entries = Files.list(DIRECTORY)) {
            return entries.map(OpenDescriptors::target)
                    .filter(OpenDescriptors::isOurs)
                    .count();
        }
    }

    private static boolean isOurs(String target) {
        return ANONYMOUS.stream().anyMatch(target::startsWith);
    }

    /** What a number stands for, memfd:name for example; nothing if it is not open. */
    static String target(int number) {
        return target(DIRECTORY.resolve(Integer.toString(number)));
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "";
        }
    }
}
