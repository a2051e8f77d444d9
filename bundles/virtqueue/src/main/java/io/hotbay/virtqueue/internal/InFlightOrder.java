// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import java.util.Comparator;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/** The order in which requests were taken, by the counters of the in-flight region. */
final class InFlightOrder {
    /** Version of the region's layout (vhost-user specification); 0 stands for a region that was never used. */
    static final int VERSION = 1;

    private InFlightOrder() {}

    /**
     * Sorts entries by their counters, which may wrap around. Each is compared by its distance from one of them, so that any
     * figures have an order.
     */
    static int[] sort(int[] entries, IntToLongFunction counter) {
        if (entries.length == 0) {
            return entries;
        }
        long reference = counter.applyAsLong(entries[0]);
        long[] distances = IntStream.of(entries)
                .mapToLong(entry -> counter.applyAsLong(entry) - reference)
                .toArray();
        return IntStream.range(0, entries.length)
                .boxed()
                .sorted(Comparator.comparingLong(index -> distances[index]))
                .mapToInt(index -> entries[index])
                .toArray();
    }
}
