// SPDX-License-Identifier: Apache-2.0
package io.hotbay.keeper.internal;

import io.hotbay.keeper.Keeper;
import io.hotbay.keeper.Kept;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Keeps everything in a map, in which the next life of this bundle finds it: facts and descriptors, but no class of its own. */
final class MemoryKeeper implements Keeper {
    private final Map<String, Object> all;

    /** @param all may have more in it, which is left alone */
    MemoryKeeper(Map<String, Object> all) {
        this.all = all;
    }

    @Override
    public void keep(String name, Kept kept) {
        all.put(name, List.of(kept.facts(), kept.descriptors()));
    }

    @Override
    public Optional<Kept> take(String name) {
        return all.get(name) instanceof List<?> kept && all.remove(name, kept)
                ? Optional.of(kept(kept))
                : Optional.empty();
    }

    @SuppressWarnings("unchecked")
    private static Kept kept(List<?> parts) {
        return new Kept((Map<String, Object>) parts.get(0), (List<Integer>) parts.get(1));
    }

    @Override
    public Set<String> names() {
        return all.entrySet().stream()
                .filter(each -> each.getValue() instanceof List<?>)
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }
}
