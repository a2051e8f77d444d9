// SPDX-License-Identifier: Apache-2.0
package io.hotbay.health.internal;

import io.hotbay.memory.HugepagePool;
import java.util.List;
import java.util.TreeSet;

/**
 * The hugepages of one size on all nodes.
 *
 * @param pageSize in bytes
 * @param total pages
 * @param free pages that are neither used nor promised
 * @param leased pages that leases of this target hold
 */
record PageSupply(long pageSize, long total, long free, long leased) {
    /** By page size, the smallest first. */
    static List<PageSupply> of(List<HugepagePool> pools) {
        TreeSet<Long> sizes = new TreeSet<>();
        pools.forEach(pool -> sizes.add(pool.pageSize()));
        return sizes.stream().map(size -> ofSize(size, pools)).toList();
    }

    private static PageSupply ofSize(long pageSize, List<HugepagePool> pools) {
        long total = 0;
        long free = 0;
        long leased = 0;
        // The kernel tells it for the whole machine, so it is the same in each pool.
        long promised = 0;
        for (HugepagePool pool : pools) {
            if (pool.pageSize() == pageSize) {
                total += pool.total();
                free += pool.free();
                leased += pool.leased();
                promised = Math.max(promised, pool.reserved());
            }
        }
        return new PageSupply(pageSize, total, Math.max(0, free - promised), leased);
    }

    long totalBytes() {
        return total * pageSize;
    }

    long freeBytes() {
        return free * pageSize;
    }

    /** Whole pages that this many bytes take. */
    long pages(long bytes) {
        return (bytes + pageSize - 1) / pageSize;
    }
}
