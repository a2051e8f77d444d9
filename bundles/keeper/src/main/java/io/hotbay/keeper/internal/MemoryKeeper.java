// SPDX-License-Identifier: Apache-2.0
package io.hotbay.keeper.internal;

import io.hotbay.keeper.Keeper;
import io.hotbay.keeper.Kept;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps everything in a map. */
final class MemoryKeeper implements Keeper {
    private final Map<String, Kept> all = new ConcurrentHashMap<>();

    @Override
    public void keep(String name, Kept kept) {
        all.put(name, kept);
    }

    @Override
    public Optional<Kept> take(String name) {
        return Optional.ofNullable(all.remove(name));
    }

    @Override
    public Set<String> names() {
        return Set.copyOf(all.keySet());
    }
}
