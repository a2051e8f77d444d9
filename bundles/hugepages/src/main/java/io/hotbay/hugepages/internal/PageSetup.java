// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import io.hotbay.bdev.ByteSize;
import io.hotbay.hugepages.internal.KernelPages.Pool;
import io.hotbay.memory.HugepageRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;

/** Changes how many hugepages the kernel has: the hugepage half of SPDK's setup.sh. Knows nothing of PCI. */
final class PageSetup {
    private final KernelPages kernel;
    private final HugetlbfsMounts mounts;

    PageSetup(KernelPages kernel, HugetlbfsMounts mounts) {
        this.kernel = kernel;
        this.mounts = mounts;
    }

    /**
     * Makes pages and mounts hugetlbfs. Pages that the kernel gave stay, also when they are fewer than asked for.
     *
     * @throws IOException if something is missing; the message says what, and what to do
     */
    void setUp(HugepageRequest request, Optional<Path> mountPoint) throws IOException {
        long pageSize = kernel.pageSize(request.pageSize());
        Map<Pool, Long> wanted = wanted(request, pageSize);
        refuseMoreThanThereIs(wanted);
        List<String> shortages = new ArrayList<>();
        for (Map.Entry<Pool, Long> each : wanted.entrySet()) {
            resize(each.getKey(), each.getValue(), request.shrink()).ifPresent(shortages::add);
        }
        mounts.ensure(pageSize, mountPoint);
        if (!shortages.isEmpty()) {
            throw new IOException(String.join("; ", shortages));
        }
    }

    /** Checks the whole request before anything is changed. */
    private Map<Pool, Long> wanted(HugepageRequest request, long pageSize) throws IOException {
        Map<Pool, Long> wanted = new LinkedHashMap<>();
        if (request.bytesPerNode().isEmpty()) {
            wanted.put(kernel.machine(pageSize), pages(request.bytes(), pageSize));
            return wanted;
        }
        SortedSet<Integer> nodes = kernel.nodeNumbers();
        for (Map.Entry<Integer, Long> each : new TreeMap<>(request.bytesPerNode()).entrySet()) {
            if (!nodes.contains(each.getKey())) {
                throw new IOException("there is no NUMA node " + each.getKey() + " with hugepages: choose among "
                        + KernelPages.list(nodes));
            }
            wanted.put(kernel.node(each.getKey(), pageSize), pages(each.getValue(), pageSize));
        }
        return wanted;
    }

    /** The kernel would give all it has, and leave nothing to anybody else. */
    private void refuseMoreThanThereIs(Map<Pool, Long> wanted) throws IOException {
        double missing = 0;
        for (Map.Entry<Pool, Long> each : wanted.entrySet()) {
            Pool pool = each.getKey();
            missing += Math.max(0, each.getValue() - pool.total()) * (double) pool.pageSize();
        }
        long available = kernel.availableMemory();
        if (missing > available) {
            throw new IOException("that many hugepages need " + ByteSize.format((long) missing) + " more, but only "
                    + ByteSize.format(available) + " of memory are available: ask for less");
        }
    }

    private static long pages(long bytes, long pageSize) throws IOException {
        if (bytes < 0) {
            throw new IOException("cannot set " + bytes + " bytes of hugepages up: ask for 0 or more");
        }
        return bytes / pageSize + (bytes % pageSize == 0 ? 0 : 1);
    }

    /** Returns what to say if the kernel gave less. */
    private static Optional<String> resize(Pool pool, long pages, boolean shrink) throws IOException {
        long before = pool.total();
        if (before == pages || before > pages && !shrink) {
            return Optional.empty();
        }
        pool.resize(pages);
        long after = pool.total();
        if (after >= pages) {
            return Optional.empty();
        }
        return Optional.of(
                "asked for " + pages + " hugepages of " + ByteSize.format(pool.pageSize()) + ", the kernel gave "
                        + after
                        + " (kept): memory is short or in pieces; run  echo 1 | sudo tee /proc/sys/vm/compact_memory  and"
                        + " try again, ask for less, or reserve at boot with " + pool.bootParameters(pages));
    }

    /** Gives all pages back that nobody has touched or been promised. */
    void reset() throws IOException {
        for (long pageSize : kernel.pageSizes()) {
            Pool pool = kernel.machine(pageSize);
            long total = pool.total();
            long used = total - pool.free() + Math.max(0, pool.reserved());
            if (used < total) {
                pool.resize(used);
            }
        }
    }
}
