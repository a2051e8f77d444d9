// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

import java.util.ArrayList;
import java.util.List;

/** The counters of a block device: those of the queues that use it now, and the sum of those that did. Any thread. */
public final class IoStatistics {
    private final List<IoCounters> attached = new ArrayList<>();
    private final long[] requests = new long[BlockType.COUNT];
    private final long[] bytes = new long[BlockType.COUNT];
    private final long[] errors = new long[BlockType.COUNT];

    /**
     * What was counted up to one moment, indexed by {@link BlockType}.
     *
     * @param requests number of requests completed, errors included
     * @param bytes bytes of those that succeeded
     * @param errors number of those that failed
     */
    public record Snapshot(long[] requests, long[] bytes, long[] errors) {}

    /** Adds a queue's counters. */
    public synchronized void attach(IoCounters counters) {
        attached.add(counters);
    }

    /** Removes a queue's counters; what they counted stays in the sum. */
    public synchronized void detach(IoCounters counters) {
        if (attached.remove(counters)) {
            counters.addTo(requests, bytes, errors);
        }
    }

    /** The sums at this moment. */
    public synchronized Snapshot snapshot() {
        Snapshot sum = new Snapshot(requests.clone(), bytes.clone(), errors.clone());
        for (IoCounters counters : attached) {
            counters.addTo(sum.requests, sum.bytes, sum.errors);
        }
        return sum;
    }
}
