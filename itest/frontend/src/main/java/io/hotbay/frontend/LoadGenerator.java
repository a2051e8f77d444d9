// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.List;

/**
 * Keeps a number of requests in flight on each queue of a running session and polls for their completion, on the calling
 * thread, which should have a core of its own. Nothing is allocated while a round runs. The session's queues are the
 * generator's alone, and all of them: it writes their descriptors itself.
 */
public final class LoadGenerator {
    /** Polls without a completion before the clock is read again; reading it costs more than a poll. */
    private static final int CLOCK_EVERY = 64;
    /** How long the last requests of a round may take. */
    private static final long DRAIN_NANOS = 10_000_000_000L;

    private final LoadQueue[] queues;
    private final LatencyHistogram latency = new LatencyHistogram();

    /** Makes a generator on all queues of a session, which must be empty and have room for the depth. */
    public LoadGenerator(FrontendSession session, LoadPattern pattern) {
        List<FrontendQueue> used = session.queues();
        queues = new LoadQueue[used.size()];
        for (int i = 0; i < queues.length; i++) {
            queues[i] = new LoadQueue(session, used.get(i), pattern, queues.length);
        }
    }

    /**
     * Runs one round and waits for the last of its requests.
     *
     * @param leadNanos how long it runs before it counts
     * @param nanos how long it counts
     */
    public LoadSample run(long leadNanos, long nanos) throws IOException {
        latency.clear();
        long now = System.nanoTime();
        for (LoadQueue queue : queues) {
            queue.begin(now);
        }
        long countFrom = now + leadNanos;
        long windowStart = spin(now, countFrom, null);
        long before = completed();
        long windowEnd = spin(windowStart, windowStart + nanos, latency);
        long requests = completed() - before;
        drain();
        return new LoadSample(requests, windowEnd - windowStart, latency.copy(), errors(), corrupt());
    }

    /** Writes {@link SectorPattern} over the whole disk, so that verified reads know what to expect. */
    public static void fill(FrontendSession session, int depth, int blockSize) throws IOException {
        LoadGenerator generator = new LoadGenerator(session, LoadPattern.fill(depth, blockSize));
        while (!generator.hasCoveredDisk()) {
            LoadSample sample = generator.run(0, 10_000_000);
            if (sample.errors() > 0) {
                throw new IOException(sample.errors() + " writes failed while the disk was filled");
            }
        }
    }

    private boolean hasCoveredDisk() {
        for (LoadQueue queue : queues) {
            if (!queue.hasCoveredShare()) {
                return false;
            }
        }
        return true;
    }

    /** Polls until a time; returns the time it noticed. */
    private long spin(long start, long end, LatencyHistogram counted) throws IOException {
        long now = start;
        int idle = 0;
        while (now < end) {
            int completions = 0;
            for (LoadQueue queue : queues) {
                int count = queue.completions();
                if (count > 0) {
                    now = System.nanoTime();
                    queue.turn(count, now, counted, true);
                    completions += count;
                }
            }
            if (completions == 0 && ++idle == CLOCK_EVERY) {
                idle = 0;
                now = System.nanoTime();
            }
        }
        return now;
    }

    private void drain() throws IOException {
        long deadline = System.nanoTime() + DRAIN_NANOS;
        for (LoadQueue queue : queues) {
            while (queue.inFlight() > 0) {
                int count = queue.completions();
                if (count > 0) {
                    queue.turn(count, 0, null, false);
                } else if (System.nanoTime() > deadline) {
                    throw new SocketTimeoutException(
                            queue.inFlight() + " requests were not completed within 10 s; the back-end seems stuck");
                }
            }
        }
    }

    private long completed() {
        long sum = 0;
        for (LoadQueue queue : queues) {
            sum += queue.completed();
        }
        return sum;
    }

    private long errors() {
        long sum = 0;
        for (LoadQueue queue : queues) {
            sum += queue.errors();
        }
        return sum;
    }

    private long corrupt() {
        long sum = 0;
        for (LoadQueue queue : queues) {
            sum += queue.corrupt();
        }
        return sum;
    }
}
