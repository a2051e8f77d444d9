// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Where frameworks have their caches. A successor needs one of its own, because its predecessor still has one. */
final class FrameworkCaches {
    private static final String NAME = "framework";

    private final Path runDir;
    private final Path mine;

    FrameworkCaches(Path runDir, boolean successor) {
        this.runDir = runDir;
        mine = runDir.resolve(successor ? NAME + "-" + ProcessHandle.current().pid() : NAME);
    }

    Path ofThisProcess() {
        return mine;
    }

    /** Removes those of processes that have ended; the caller has the lock on the directory. */
    void removeOthers() throws IOException {
        try (Stream<Path> files = Files.list(runDir)) {
            for (Path cache : files.filter(this::isOther).toList()) {
                remove(cache);
            }
        }
    }

    private boolean isOther(Path file) {
        String name = file.getFileName().toString();
        return !file.equals(mine) && (name.equals(NAME) || name.startsWith(NAME + "-"));
    }

    private static void remove(Path cache) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(cache)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.deleteIfExists(file);
        }
    }
}
