// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import io.hotbay.memory.LeftoverFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds and removes what dead targets left. Files of live ones, and files that no target makes, stay. */
final class Leftovers {
    private final String folderName;

    /** @param folderName name of the folder that targets make, without the user's number some have after it */
    Leftovers(String folderName) {
        this.folderName = folderName;
    }

    /**
     * Cleans some file systems.
     *
     * @param roots where they are mounted
     * @param ours folders of this process
     * @return the files that were removed
     */
    List<LeftoverFile> remove(List<Path> roots, Set<Path> ours) throws IOException {
        List<LeftoverFile> removed = new ArrayList<>();
        for (Path root : roots) {
            for (Path targets : folders(root)) {
                if (!targets.getFileName().toString().matches(Pattern.quote(folderName) + "(-\\d+)?")) {
                    continue;
                }
                for (Path instance : folders(targets)) {
                    if (!ours.contains(instance)) {
                        removed.addAll(removeIfDead(instance));
                    }
                }
            }
        }
        return removed;
    }

    /** Folders inside a folder that this process may look into. */
    private static List<Path> folders(Path parent) throws IOException {
        if (!Files.isReadable(parent)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.filter(entry -> Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS))
                    .filter(Files::isWritable)
                    .sorted()
                    .toList();
        }
    }

    private static List<LeftoverFile> removeIfDead(Path instance) throws IOException {
        InstanceFolder dead = InstanceFolder.ofDead(instance);
        if (dead == null) {
            return List.of();
        }
        List<LeftoverFile> removed = new ArrayList<>();
        try {
            for (List<String> names : List.of(dead.leases(), dead.unfinished())) {
                for (String name : names) {
                    Path file = dead.file(name);
                    removed.add(new LeftoverFile(file.toString(), Files.size(file), "left by a target that died"));
                    Files.deleteIfExists(file);
                }
            }
            for (String name : dead.headers()) {
                Files.deleteIfExists(dead.file(name));
            }
        } finally {
            dead.remove();
        }
        return removed;
    }
}
