// SPDX-License-Identifier: Apache-2.0
package io.hotbay.memory;

import java.util.Map;

/**
 * What to reserve.
 *
 * @param bytes total over all nodes, rounded up to whole pages; ignored when {@code bytesPerNode} is not empty
 * @param bytesPerNode bytes for each NUMA node that is named
 * @param pageSize page size in bytes, or 0 for the kernel's default
 * @param shrink whether to give pages back when there are more than asked for; otherwise what is there stays
 */
public record HugepageRequest(long bytes, Map<Integer, Long> bytesPerNode, long pageSize, boolean shrink) {
    public HugepageRequest {
        bytesPerNode = Map.copyOf(bytesPerNode);
    }

    /** Asks for a total, spread by the kernel, of the default page size, and never shrinks. */
    public static HugepageRequest total(long bytes) {
        return new HugepageRequest(bytes, Map.of(), 0, false);
    }
}
