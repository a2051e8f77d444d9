// SPDX-License-Identifier: Apache-2.0
package io.hotbay.memory;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Leases memory by name, from hugepages where there are any. Also sets hugepages up and tells how they are used. All methods
 * may be called on any thread and may block.
 */
@ProviderType
public interface HugepageAllocator {
    /**
     * Leases zero-filled memory, or returns the existing lease of that name with its contents.
     *
     * @param name unique among all leases: letters, digits, '.', '_', '-', at most 200
     * @param size bytes, at least 1; what is taken is rounded up to whole pages
     * @param node NUMA node, or -1 for any
     * @throws IOException if a lease of that name has another size, if a file is in the way that cannot be trusted to hold its
     *     contents, or if there is not enough memory; the message names the lease, what is missing, and the command that would help
     */
    MemoryLease lease(String name, long size, int node) throws IOException;

    /**
     * Changes the size of a lease. Its contents stay up to the smaller one of both sizes; what is added is filled with zeros. The
     * windows of the lease as it was before stay valid, and show the same memory, until {@link #trim} is called. When this
     * fails nothing has changed.
     *
     * @param size bytes, at least 1
     * @return the lease with its new size, and windows for it
     * @throws IOException if there is no lease of that name, or not enough memory; the message names the lease, what is
     *     missing, and the command that would help
     */
    MemoryLease resize(String name, long size) throws IOException;

    /**
     * Gives back what a lease no longer needs after {@link #resize}: the pages that were cut off, and the mappings behind windows
     * that were obtained before. Nobody may use those windows any more; the ones of the lease as it is now stay valid. Unknown
     * names are ignored. A trim that was missed is made up for when the lease is taken up after a restart.
     */
    void trim(String name);

    /** The lease of that name, if there is one. */
    Optional<MemoryLease> find(String name);

    /** All leases, sorted by name. */
    List<MemoryLease> leases();

    /** Ends a lease and gives its pages back. Nobody may use its windows any more. Unknown names are ignored. */
    void release(String name);

    /**
     * Reserves hugepages, as {@code HUGEMEM=… scripts/setup.sh} does, and mounts hugetlbfs when it is not mounted.
     *
     * @throws IOException if that is not possible; the message says what is missing and which command to run
     */
    List<HugepagePool> setUp(HugepageRequest request) throws IOException;

    /** Bytes of hugepages that the target was told to have at its start, by configuration or {@code -s}; 0 for none. */
    long configured();

    /** The pools of all nodes and page sizes, sorted. */
    List<HugepagePool> pools() throws IOException;

    /**
     * Gives all hugepages that nobody uses back to the kernel.
     *
     * @return the pools afterwards
     */
    List<HugepagePool> reset() throws IOException;

    /**
     * Frees the memory in hugetlbfs and shared memory that nobody uses: what dead targets left, leases of this target's own dead
     * predecessor that nobody has asked for since, and files that could not be taken up because they are damaged or foreign.
     *
     * @return what was removed
     */
    List<LeftoverFile> clean() throws IOException;
}
