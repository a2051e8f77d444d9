// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Ends what a killed target had begun to write. Configuration Admin writes a configuration into a temporary file, deletes the old
 * file and gives the new one its name; killed in between, it would forget the configuration, and a memory disk without one is freed.
 */
final class InterruptedWrites {
    private static final Pattern TEMPORARY = Pattern.compile("(.+\\.config)\\d+\\.tmp");

    private InterruptedWrites() {}

    /** @param configurations the folder of Configuration Admin, which nobody uses now; it need not exist */
    static void finish(Path configurations) throws IOException {
        if (!Files.isDirectory(configurations)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> files = Files.walk(configurations)) {
            all = files.toList();
        }
        for (Path file : all) {
            Matcher name = TEMPORARY.matcher(file.getFileName().toString());
            if (name.matches()) {
                finish(file, file.resolveSibling(name.group(1)));
            }
        }
    }

    private static void finish(Path temporary, Path configuration) throws IOException {
        if (Files.notExists(configuration) && isComplete(temporary)) {
            Files.move(temporary, configuration);
        } else {
            Files.delete(temporary);
        }
    }

    /** Each property ends with a line; a file is written at one go unless it is larger than any configuration of a target. */
    private static boolean isComplete(Path file) throws IOException {
        try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "r")) {
            if (content.length() == 0) {
                return false;
            }
            content.seek(content.length() - 1);
            return content.read() == '\n';
        }
    }
}
