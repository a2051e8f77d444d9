// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The counters of a block device, or of anything else that queues belong to: those of the queues that work now, and the sum of those
 * that did. Any thread.
 */
public final class IoStatistics {
    private final List<IoCounters> attached = new ArrayList<>();
    private final Sum detached = new Sum();

    /**
     * What was counted up to one moment; arrays and lists are indexed by {@link BlockType}.
     *
     * @param requests number of requests completed, errors included
     * @param bytes bytes of those that succeeded
     * @param errors number of those that failed
     * @param inFlight requests under way
     * @param mostInFlight the most requests that were under way in one queue
     * @param latencies how long requests took from when they were taken until they were found to be complete, as far as that was
     *     measured: see {@link IoCounters#measure}
     */
    public record Snapshot(
            long[] requests,
            long[] bytes,
            long[] errors,
            int inFlight,
            int mostInFlight,
            List<LatencyHistogram> latencies) {
        /** How long requests of any type took. */
        public LatencyHistogram latency() {
            return latencies.stream().reduce(LatencyHistogram.EMPTY, LatencyHistogram::plus);
        }
    }

    /** A sum over queues in the making. */
    static final class Sum {
        final long[] requests = new long[BlockType.COUNT];
        final long[] bytes = new long[BlockType.COUNT];
        final long[] errors = new long[BlockType.COUNT];
        final LatencyHistogram[] latencies = new LatencyHistogram[BlockType.COUNT];
        int mostInFlight;

        Sum() {
            Arrays.fill(latencies, LatencyHistogram.EMPTY);
        }

        Sum copy() {
            Sum copy = new Sum();
            for (int type = 0; type < BlockType.COUNT; type++) {
                copy.requests[type] = requests[type];
                copy.bytes[type] = bytes[type];
                copy.errors[type] = errors[type];
                copy.latencies[type] = latencies[type];
            }
            copy.mostInFlight = mostInFlight;
            return copy;
        }
    }

    /** Adds a queue's counters. */
    public synchronized void attach(IoCounters counters) {
        attached.add(counters);
    }

    /** Removes a queue's counters; what they counted stays in the sum. */
    public synchronized void detach(IoCounters counters) {
        if (attached.remove(counters)) {
            counters.addTo(detached);
        }
    }

    /** The sums at this moment. */
    public synchronized Snapshot snapshot() {
        Sum sum = detached.copy();
        int inFlight = 0;
        for (IoCounters counters : attached) {
            counters.addTo(sum);
            inFlight += counters.inFlight();
        }
        return new Snapshot(sum.requests, sum.bytes, sum.errors, inFlight, sum.mostInFlight, List.of(sum.latencies));
    }
}
