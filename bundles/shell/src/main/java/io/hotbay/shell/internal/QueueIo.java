// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import io.hotbay.bdev.BlockType;
import io.hotbay.bdev.IoStatistics;
import io.hotbay.bdev.LatencyHistogram;
import io.hotbay.target.QueueStatistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a queue has done over some time.
 *
 * @param seconds the time, or 0 for all that there has been
 * @param requests number of requests of each {@link BlockType}
 * @param bytes bytes of each type
 * @param latency how long requests took
 */
record QueueIo(
        int session,
        int index,
        double seconds,
        long[] requests,
        long[] bytes,
        long errors,
        int inFlight,
        int mostInFlight,
        LatencyHistogram latency) {
    /** All that queues have done. */
    static List<QueueIo> totals(List<QueueStatistics> queues) {
        List<QueueIo> all = new ArrayList<>();
        for (QueueStatistics queue : queues) {
            IoStatistics.Snapshot io = queue.io();
            all.add(of(queue, 0, io.requests(), io.bytes(), sum(io.errors()), io.latency()));
        }
        return all;
    }

    /** What queues have done since an earlier moment; a queue that was not there then has done all of it. */
    static List<QueueIo> rates(List<QueueStatistics> before, List<QueueStatistics> now, double seconds) {
        List<QueueIo> all = new ArrayList<>();
        for (QueueStatistics queue : now) {
            IoStatistics.Snapshot io = queue.io();
            IoStatistics.Snapshot old = before.stream()
                    .filter(each -> each.session() == queue.session() && each.index() == queue.index())
                    .map(QueueStatistics::io)
                    .findFirst()
                    .orElseGet(() -> new IoStatistics().snapshot());
            all.add(of(
                    queue,
                    seconds,
                    difference(io.requests(), old.requests()),
                    difference(io.bytes(), old.bytes()),
                    sum(io.errors()) - sum(old.errors()),
                    io.latency().minus(old.latency())));
        }
        return all;
    }

    private static QueueIo of(
            QueueStatistics queue,
            double seconds,
            long[] requests,
            long[] bytes,
            long errors,
            LatencyHistogram latency) {
        return new QueueIo(
                queue.session(),
                queue.index(),
                seconds,
                requests,
                bytes,
                errors,
                queue.io().inFlight(),
                queue.io().mostInFlight(),
                latency);
    }

    private static long[] difference(long[] now, long[] old) {
        long[] difference = new long[now.length];
        Arrays.setAll(difference, type -> now[type] - old[type]);
        return difference;
    }

    private static long sum(long[] figures) {
        return Arrays.stream(figures).sum();
    }

    /** Number of requests of a type: all there were, or per second. */
    long requests(int type) {
        return seconds == 0 ? requests[type] : Math.round(requests[type] / seconds);
    }

    /** Bytes of a type: all there were, or per second. */
    long bytes(int type) {
        return seconds == 0 ? bytes[type] : Math.round(bytes[type] / seconds);
    }
}
