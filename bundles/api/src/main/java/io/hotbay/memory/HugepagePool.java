// SPDX-License-Identifier: Apache-2.0
package io.hotbay.memory;

/**
 * The hugepages of one size on one NUMA node.
 *
 * @param node NUMA node
 * @param pageSize in bytes
 * @param total pages in the pool
 * @param free pages that nobody has touched
 * @param reserved pages promised to mappings but not yet touched, for the whole machine when the kernel does not tell it
 *     by node; -1 when unknown
 * @param leased pages that leases of this target hold
 */
public record HugepagePool(int node, long pageSize, long total, long free, long reserved, long leased) {}
