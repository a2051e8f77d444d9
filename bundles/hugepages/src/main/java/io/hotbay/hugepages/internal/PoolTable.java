// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import io.hotbay.hugepages.internal.KernelPages.Pool;
import io.hotbay.memory.HugepagePool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;

/** The pools as people see them: the kernel's figures beside what this target leases. */
final class PoolTable {
    private final Path root;
    private final KernelPages kernel;

    PoolTable(Path root, KernelPages kernel) {
        this.root = root;
        this.kernel = kernel;
    }

    /** By node, then page size. */
    List<HugepagePool> read(Collection<Lease> leases) throws IOException {
        SortedSet<Integer> nodes = kernel.nodeNumbers();
        NumaPlacement placement = NumaPlacement.read(root);
        int firstNode = nodes.isEmpty() ? 0 : nodes.first();
        List<HugepagePool> pools = new ArrayList<>();
        for (int node : nodes.isEmpty() ? List.of(0) : nodes) {
            for (long pageSize : kernel.pageSizes()) {
                Pool pool = nodes.isEmpty() ? kernel.machine(pageSize) : kernel.node(node, pageSize);
                long leased = leases.stream()
                        .filter(lease -> lease.pageSize() == pageSize)
                        .mapToLong(lease -> placement.pages(
                                lease.file(), node, lease.pages(), lease.node() < 0 ? firstNode : lease.node()))
                        .sum();
                long reserved = kernel.machine(pageSize).reserved();
                pools.add(new HugepagePool(node, pageSize, pool.total(), pool.free(), reserved, leased));
            }
        }
        return pools;
    }
}
