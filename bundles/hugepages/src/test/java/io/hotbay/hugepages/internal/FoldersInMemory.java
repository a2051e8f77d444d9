// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What is left of folders lies in a map. */
final class FoldersInMemory implements LeftFolders {
    private final Map<Path, LeftFolder> folders = new HashMap<>();

    @Override
    public void leave(Path folder, LeftFolder left) {
        folders.put(folder, left);
    }

    @Override
    public LeftFolder take(Path folder) {
        return folders.remove(folder);
    }

    /** Changes what is left. */
    void change(UnaryOperator<List<LeftMapping>> change) {
        folders.replaceAll((path, left) -> new LeftFolder(left.lock(), change.apply(left.mappings())));
    }

    /** What the kernel does when the process dies. */
    void drop() {
        folders.values().forEach(left -> left.lock().close());
        folders.clear();
    }
}
