// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import io.hotbay.keeper.Keeper;
import io.hotbay.keeper.Kept;
import io.hotbay.linux.Descriptor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Leaves folders with the keeper, which also survives an update of this bundle and passes them on to another process. */
final class KeptFolders implements LeftFolders {
    private static final String PREFIX = "hugepages ";
    private static final String MAPPINGS = "mappings";
    private static final String LEASE = "lease";
    private static final String INODE = "inode";
    private static final String ADDRESS = "address";
    private static final String LENGTH = "length";

    private final Keeper keeper;

    KeptFolders(Keeper keeper) {
        this.keeper = keeper;
    }

    @Override
    public void leave(Path folder, LeftFolder left) {
        keeper.keep(
                PREFIX + folder,
                new Kept(facts(left.mappings()), List.of(left.lock().release())));
    }

    @Override
    public LeftFolder take(Path folder) {
        Optional<Kept> kept = keeper.take(PREFIX + folder);
        if (kept.isEmpty()) {
            return null;
        }
        return new LeftFolder(
                Descriptor.adopt(kept.get().descriptors().get(0)),
                mappings(kept.get().facts()));
    }

    static Map<String, Object> facts(List<LeftMapping> mappings) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (LeftMapping each : mappings) {
            all.add(Map.of(LEASE, each.lease(), INODE, each.inode(), ADDRESS, each.address(), LENGTH, each.length()));
        }
        return Map.of(MAPPINGS, List.copyOf(all));
    }

    /** Facts that another version of this bundle has left may be of another kind. */
    static List<LeftMapping> mappings(Map<String, Object> facts) {
        List<LeftMapping> mappings = new ArrayList<>();
        if (facts.get(MAPPINGS) instanceof List<?> all) {
            for (Object each : all) {
                if (each instanceof Map<?, ?> mapping
                        && mapping.get(LEASE) instanceof String lease
                        && mapping.get(INODE) instanceof Long inode
                        && mapping.get(ADDRESS) instanceof Long address
                        && mapping.get(LENGTH) instanceof Long length) {
                    mappings.add(new LeftMapping(lease, inode, address, length));
                }
            }
        }
        return mappings;
    }
}
