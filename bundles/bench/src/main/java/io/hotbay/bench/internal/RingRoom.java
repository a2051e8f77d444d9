// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.internal;

/** How large a ring the depth needs. */
final class RingRoom {
    /** Descriptors of the largest ring that targets take: virtio-blk's usual limit. */
    static final int LARGEST = 1024;

    private static final int SMALLEST = 128;
    private static final int CHAIN = 3;

    private RingRoom() {}

    static void check(BenchOptions options) throws BenchException {
        Integer size = options.queueSize;
        if (size != null && (size < 2 || size > LARGEST || Integer.bitCount(size) != 1)) {
            throw new BenchException("--queue-size must be a power of two from 2 to " + LARGEST + ", not " + size);
        }
        int needed = needed(options);
        int most = size == null ? LARGEST : size;
        if (needed > most) {
            String hint = options.indirect
                    ? ""
                    : ": at most --depth " + most / CHAIN + ", or --indirect, which takes one descriptor each";
            throw new BenchException("--depth " + options.depth + " takes " + needed
                    + " descriptors of a ring, which has at most " + most + hint);
        }
    }

    static int queueSize(BenchOptions options) {
        if (options.queueSize != null) {
            return options.queueSize;
        }
        int size = SMALLEST;
        while (size < needed(options)) {
            size *= 2;
        }
        return size;
    }

    private static int needed(BenchOptions options) {
        return options.indirect ? options.depth : CHAIN * options.depth;
    }
}
