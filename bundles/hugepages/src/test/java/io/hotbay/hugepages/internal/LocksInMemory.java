// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import io.hotbay.linux.Descriptor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Locks that lie in a map. */
final class LocksInMemory implements LeftLocks {
    private final Map<Path, Descriptor> locks = new HashMap<>();

    @Override
    public void leave(Path folder, Descriptor lock) {
        locks.put(folder, lock);
    }

    @Override
    public Descriptor take(Path folder) {
        return locks.remove(folder);
    }

    /** What the kernel does when the process dies. */
    void drop() {
        locks.values().forEach(Descriptor::close);
        locks.clear();
    }
}
