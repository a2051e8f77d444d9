// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Where targets keep their memory: it outlives them, so tests have to remove it, or hugepages run out. */
final class LeaseFolders {
    private static final Path MOUNTS = Path.of("/proc/self/mounts");

    private LeaseFolders() {}

    /** Deletes what targets with a run directory have left. None of them is running. */
    static void delete(Path runDir) throws IOException {
        String beginning = runDir.toString().substring(1).replace('/', '-') + "-";
        for (Path mount : mounts()) {
            Path folders = mount.resolve("hotbay");
            if (Files.isDirectory(folders)) {
                deleteIn(folders, beginning);
            }
        }
    }

    private static List<Path> mounts() throws IOException {
        List<Path> mounts = new ArrayList<>(List.of(Path.of("/dev/shm")));
        for (String line : Files.readAllLines(MOUNTS)) {
            String[] fields = line.split(" ");
            if (fields[2].equals("hugetlbfs")) {
                mounts.add(Path.of(fields[1]));
            }
        }
        return mounts;
    }

    private static void deleteIn(Path folders, String beginning) throws IOException {
        List<Path> ours;
        try (Stream<Path> all = Files.list(folders)) {
            ours = all.filter(folder -> folder.getFileName().toString().startsWith(beginning))
                    .toList();
        }
        for (Path folder : ours) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
