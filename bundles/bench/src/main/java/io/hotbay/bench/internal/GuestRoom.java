// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.internal;

import io.hotbay.bdev.ByteSize;
import io.hotbay.frontend.FreeHugepages;
import java.io.IOException;

/** How much memory the load's guest needs, and of what pages it can be made. */
final class GuestRoom {
    /** What a guest may take: a window of it must fit into an int, and a machine should bear it. */
    private static final long MOST = 1L << 30;

    /** Rings, headers, indirect tables and status bytes of a queue with 1024 descriptors, with some to spare. */
    private static final long QUEUE_OVERHEAD = 2 << 20;

    private static final long ALIGNMENT = 2 << 20;

    private GuestRoom() {}

    /** Bytes of guest memory. A verified run fills, measures and reads back with buffers of its own each. */
    static long size(BenchOptions options) throws BenchException {
        long buffers = options.blockSize * options.depth * options.queues;
        long all = buffers * (options.verify ? 3 : 1) + options.queues * QUEUE_OVERHEAD;
        if (all > MOST) {
            throw new BenchException(ByteSize.format(options.blockSize) + " times " + options.depth + " requests times "
                    + options.queues + " queues need more than the " + ByteSize.format(MOST)
                    + " of memory that a load may take: use a smaller block size, depth or number of queues");
        }
        return (all + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** Size of the hugepages to use, or 0 for ordinary pages. */
    static long pageSize(BenchOptions options, long size) throws BenchException {
        if (!options.hugepages) {
            return 0;
        }
        try {
            FreeHugepages free = FreeHugepages.now();
            long page = free.pageSize();
            long needed = page == 0 ? 0 : (size + page - 1) / page;
            if (page == 0 || free.count() < needed) {
                throw new BenchException("--hugepages needs " + needed + " free hugepages, there are " + free.count()
                        + ": hugepages:setup reserves more");
            }
            return page;
        } catch (IOException e) {
            throw new BenchException("cannot read how many hugepages are free: " + e.getMessage(), e);
        }
    }
}
