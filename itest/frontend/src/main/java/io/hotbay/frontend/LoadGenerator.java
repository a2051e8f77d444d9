// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps a number of requests in flight on each queue of running sessions, on the calling thread, which should have a core
 * of its own. Nothing is allocated while a round runs. The sessions' queues are the generator's alone, and all of them: it
 * writes their descriptors itself.
 *
 * <p>Either {@link #run} for a round that is measured as a whole, or {@link #begin}, {@link #advance} as often as wanted,
 * {@link #drain}.
 */
public final class LoadGenerator implements AutoCloseable {
    /** How it learns of completed requests. */
    public enum Completion {
        /** It looks for them all the time. */
        POLLED,
        /** It sleeps until the device signals, as a guest does. */
        NOTIFIED
    }

    /** Polls without a completion before the clock is read again; reading it costs more than a poll. */
    private static final int CLOCK_EVERY = 64;
    /** How long the last requests of a round may take. */
    private static final long DRAIN_NANOS = 10_000_000_000L;

    private final LoadQueue[] queues;
    private final CallWait wait;
    private final LatencyHistogram latency = new LatencyHistogram();
    private long now;

    /** Makes a polling generator on all queues of a session, which must be empty and have room for the depth. */
    public LoadGenerator(FrontendSession session, LoadPattern pattern) throws IOException {
        this(List.of(session), pattern);
    }

    /** The same on all queues of several sessions. */
    public LoadGenerator(List<FrontendSession> sessions, LoadPattern pattern) throws IOException {
        this(sessions, pattern, null, Completion.POLLED);
    }

    /**
     * Makes a generator.
     *
     * @param versions what the disk holds, for a pattern that verifies: reads must bring the version that was written last. Null
     *     for content that is the same however often it is written
     */
    public LoadGenerator(FrontendSession session, LoadPattern pattern, BlockVersions versions, Completion completion)
            throws IOException {
        this(List.of(session), pattern, versions, completion);
    }

    private LoadGenerator(
            List<FrontendSession> sessions, LoadPattern pattern, BlockVersions versions, Completion completion)
            throws IOException {
        List<LoadQueue> made = new ArrayList<>();
        List<FrontendQueue> used = new ArrayList<>();
        for (FrontendSession session : sessions) {
            List<FrontendQueue> ofSession = session.queues();
            for (FrontendQueue queue : ofSession) {
                made.add(new LoadQueue(session, queue, pattern, ofSession.size(), versions));
            }
            used.addAll(ofSession);
        }
        queues = made.toArray(LoadQueue[]::new);
        wait = completion == Completion.NOTIFIED ? new CallWait(used) : null;
    }

    /**
     * Runs one round and waits for the last of its requests.
     *
     * @param leadNanos how long it runs before it counts
     * @param nanos how long it counts
     */
    public LoadSample run(long leadNanos, long nanos) throws IOException {
        latency.clear();
        begin();
        long windowStart = advance(now + leadNanos, null);
        long before = completed();
        long windowEnd = advance(windowStart + nanos, latency);
        long requests = completed() - before;
        drain();
        return new LoadSample(requests, windowEnd - windowStart, latency.copy(), errors(), corrupt());
    }

    /** Writes {@link SectorPattern} over the whole disk, so that verified reads know what to expect. */
    public static void fill(FrontendSession session, int depth, int blockSize) throws IOException {
        try (LoadGenerator generator = new LoadGenerator(session, LoadPattern.fill(depth, blockSize))) {
            while (!generator.hasCoveredDisk()) {
                LoadSample sample = generator.run(0, 10_000_000);
                if (sample.errors() > 0) {
                    throw new IOException(sample.errors() + " writes failed while the disk was filled");
                }
            }
        }
    }

    /** Whether a sequential load has been at each block it may use at least once; only between rounds. */
    public boolean hasCoveredDisk() {
        for (LoadQueue queue : queues) {
            if (!queue.hasCoveredShare()) {
                return false;
            }
        }
        return true;
    }

    /** Submits as many requests as may be in flight; nothing must be in flight yet. */
    public void begin() {
        now = System.nanoTime();
        for (LoadQueue queue : queues) {
            queue.begin(now);
        }
    }

    /**
     * Keeps them in flight until a time; returns the time it noticed.
     *
     * @param end a time of {@link System#nanoTime}
     * @param counted gets the duration of each request, or null
     */
    public long advance(long end, LatencyRecorder counted) throws IOException {
        int idle = 0;
        while (now - end < 0) {
            if (turn(counted, true) > 0) {
                continue;
            }
            if (wait != null) {
                sleep(end);
                now = System.nanoTime();
            } else if (++idle == CLOCK_EVERY) {
                idle = 0;
                now = System.nanoTime();
            }
        }
        return now;
    }

    private int turn(LatencyRecorder counted, boolean resubmit) throws IOException {
        int completions = 0;
        for (LoadQueue queue : queues) {
            int count = queue.completions();
            if (count > 0) {
                now = System.nanoTime();
                queue.turn(count, now, counted, resubmit);
                completions += count;
            }
        }
        return completions;
    }

    private void sleep(long end) throws IOException {
        for (LoadQueue queue : queues) {
            if (!queue.askForNotification()) {
                return;
            }
        }
        wait.await(end - System.nanoTime());
    }

    /** Waits for all that is in flight, and submits nothing more. */
    public void drain() throws IOException {
        long deadline = System.nanoTime() + DRAIN_NANOS;
        while (inFlight() > 0) {
            if (turn(null, false) == 0 && System.nanoTime() - deadline > 0) {
                throw new SocketTimeoutException(
                        inFlight() + " requests were not completed within 10 s; the back-end seems stuck");
            }
        }
    }

    private int inFlight() {
        int sum = 0;
        for (LoadQueue queue : queues) {
            sum += queue.inFlight();
        }
        return sum;
    }

    /** How many requests were completed since it was made. */
    public long completed() {
        long sum = 0;
        for (LoadQueue queue : queues) {
            sum += queue.completed();
        }
        return sum;
    }

    /** How many of them were reads. */
    public long completedReads() {
        long sum = 0;
        for (LoadQueue queue : queues) {
            sum += queue.completedReads();
        }
        return sum;
    }

    /** How many of them ended with a status other than OK. */
    public long errors() {
        long sum = 0;
        for (LoadQueue queue : queues) {
            sum += queue.errors();
        }
        return sum;
    }

    /** How many reads brought other content than expected. */
    public long corrupt() {
        long sum = 0;
        for (LoadQueue queue : queues) {
            sum += queue.corrupt();
        }
        return sum;
    }

    @Override
    public void close() {
        if (wait != null) {
            wait.close();
        }
    }
}
