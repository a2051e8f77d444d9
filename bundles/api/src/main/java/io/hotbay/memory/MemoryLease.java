// SPDX-License-Identifier: Apache-2.0
package io.hotbay.memory;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Memory that was leased by name from a {@link HugepageAllocator}. The lease belongs to the allocator, not to the bundle that
 * asked for it: it stays, contents untouched, until {@link HugepageAllocator#release} is called with its name, also when the
 * process is killed and started again. An object of this type shows the lease at one size and never changes; one that has
 * been resized is shown by another object. All methods may be called on any thread.
 */
@ProviderType
public interface MemoryLease {
    /** The name it was leased under. */
    String name();

    /** Usable length in bytes, as asked for. */
    long size();

    /** Size of the pages behind it, in bytes: 4096 when it fell back to ordinary memory. */
    long pageSize();

    /** NUMA node that was asked for, or -1 for any. */
    int node();

    /** Number of windows; window {@code i} starts at byte {@code i * MemoryRegion.STRIDE}. */
    int windows();

    /**
     * A window: a direct, little-endian buffer of up to {@link MemoryRegion#STRIDE} bytes, without overlap. Only its absolute
     * methods may be used.
     *
     * @throws IndexOutOfBoundsException if there is no such window
     */
    ByteBuffer window(int index);
}
