// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.internal;

import io.hotbay.frontend.BlockVersions;
import io.hotbay.frontend.ChainShape;
import io.hotbay.frontend.LoadGenerator;
import io.hotbay.frontend.LoadGenerator.Completion;
import io.hotbay.frontend.LoadPattern;
import io.hotbay.linux.Cpus;
import io.hotbay.linux.LinuxException;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * The load, on a thread of its own that does nothing else: whoever prints does not disturb it. It hands over what it has
 * counted once a second.
 */
final class LoadThread {
    /** What was counted in a second; the histogram is to be {@linkplain #recycle given back}. */
    record Slice(double start, double seconds, long reads, long writes, long errors, long corrupt, Histogram latency) {}

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    /** How often it looks whether it is to stop and whether the target is still there. */
    private static final long LOOK_EVERY = TimeUnit.MILLISECONDS.toNanos(50);
    /** Nothing completed for so long means that nothing will be. */
    private static final long STALL = 30 * SECOND;

    private static final long LONGEST = 60 * SECOND;
    private static final int DIGITS = 3;

    private static final int FILL_DEPTH = 32;

    private final Disk disk;
    private final BenchOptions options;
    private final BlockVersions versions;
    private final FutureTask<Void> work = new FutureTask<>(this::work);
    private final Thread thread = new Thread(work, "hotbay-bench");
    private final BlockingQueue<Slice> slices = new LinkedBlockingQueue<>();
    private final Queue<Histogram> spare = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;
    private volatile long corruptAtEnd;
    private long completedAt;
    private long completed;

    LoadThread(Disk disk, BenchOptions options) {
        this.disk = disk;
        this.options = options;
        versions = options.verify ? new BlockVersions(disk.blocks(), options.seed) : null;
        thread.setDaemon(true);
        spare.add(histogram());
        spare.add(histogram());
    }

    static Histogram histogram() {
        return new Histogram(1, LONGEST, DIGITS);
    }

    void start() {
        thread.start();
    }

    /** Ends the load soon and in good order: what is in flight is awaited, what was counted is handed over. */
    void stop() {
        stopped = true;
    }

    /** The next second, or null if there is none yet. */
    Slice poll(long millis) throws InterruptedException {
        return slices.poll(millis, TimeUnit.MILLISECONDS);
    }

    void recycle(Histogram histogram) {
        histogram.reset();
        spare.add(histogram);
    }

    boolean isDone() {
        return work.isDone();
    }

    /** Waits for the end, whatever happens: the disk may be closed only then. */
    void join() throws BenchException {
        boolean interrupted = false;
        try {
            while (!work.isDone()) {
                interrupted |= isInterruptedBeforeEnd();
            }
            work.get();
        } catch (InterruptedException again) {
            interrupted = true;
        } catch (ExecutionException failure) {
            throw explained(failure.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean isInterruptedBeforeEnd() throws ExecutionException {
        try {
            work.get();
            return false;
        } catch (InterruptedException impatient) {
            stop();
            return true;
        }
    }

    private static BenchException explained(Throwable cause) {
        if (cause instanceof BenchException known) {
            return known;
        }
        return new BenchException(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
    }

    /** Blocks that did not hold in the end what was written last. */
    long corruptAtEnd() {
        return corruptAtEnd;
    }

    private Void work() throws IOException, BenchException {
        pin();
        if (options.verify) {
            cover(disk.pattern().sequential().withReads(0));
        }
        measure();
        if (options.verify && !stopped) {
            corruptAtEnd = cover(disk.pattern().sequential().withReads(100));
        }
        return null;
    }

    private void pin() throws BenchException {
        if (options.core == null) {
            return;
        }
        try {
            Cpus.pinCurrentThread(options.core);
        } catch (LinuxException refused) {
            throw new BenchException("--core " + options.core + ": " + refused.getMessage(), refused);
        }
    }

    /** Goes over the whole range once; returns how many reads brought something else than was written. */
    private long cover(LoadPattern pattern) throws IOException, BenchException {
        LoadPattern shallow = new LoadPattern(
                Math.min(FILL_DEPTH, pattern.depth()),
                pattern.blockSize(),
                pattern.readPercent(),
                false,
                true,
                ChainShape.DIRECT,
                pattern.blocks(),
                0);
        try (LoadGenerator generator = new LoadGenerator(disk.session(), shallow, versions, Completion.POLLED)) {
            generator.begin();
            watchAnew(generator);
            while (!generator.hasCoveredDisk() && !stopped) {
                advance(generator, System.nanoTime() + LOOK_EVERY, null);
            }
            generator.drain();
            if (generator.errors() > 0) {
                throw new BenchException(generator.errors() + " requests failed while the disk was "
                        + (pattern.readPercent() == 0 ? "filled" : "read back"));
            }
            return generator.corrupt();
        }
    }

    private void measure() throws IOException, BenchException {
        Completion completion = options.interrupts ? Completion.NOTIFIED : Completion.POLLED;
        try (LoadGenerator generator = new LoadGenerator(disk.session(), disk.pattern(), versions, completion)) {
            generator.begin();
            watchAnew(generator);
            long start = advance(generator, System.nanoTime() + nanos(options.warmUpSeconds), null);
            long end = start + nanos(options.seconds);
            long from = start;
            while (from < end && !stopped) {
                from = measureSecond(generator, start, from, end);
            }
            generator.drain();
        }
    }

    private long measureSecond(LoadGenerator generator, long start, long from, long end)
            throws IOException, BenchException {
        Histogram latency = spare.poll();
        Histogram counting = latency != null ? latency : histogram();
        long completedBefore = generator.completed();
        long readsBefore = generator.completedReads();
        long errorsBefore = generator.errors();
        long corruptBefore = generator.corrupt();
        long until = Math.min(end, from + SECOND - (from - start) % SECOND);
        long to = advance(generator, until, counting);
        long reads = generator.completedReads() - readsBefore;
        slices.add(new Slice(
                seconds(from - start),
                seconds(to - from),
                reads,
                generator.completed() - completedBefore - reads,
                generator.errors() - errorsBefore,
                generator.corrupt() - corruptBefore,
                counting));
        return to;
    }

    /** Runs the load until a time, or until it is stopped. */
    private long advance(LoadGenerator generator, long end, Histogram counting) throws IOException, BenchException {
        long now = System.nanoTime();
        while (now < end && !stopped) {
            long step = Math.min(end, now + LOOK_EVERY);
            now = counting == null
                    ? generator.advance(step, null)
                    : generator.advance(step, nanos -> counting.recordValue(Math.min(nanos, LONGEST)));
            watch(generator, now);
        }
        return now;
    }

    private void watchAnew(LoadGenerator generator) {
        completed = generator.completed();
        completedAt = System.nanoTime();
    }

    private void watch(LoadGenerator generator, long now) throws IOException, BenchException {
        if (generator.completed() != completed) {
            completed = generator.completed();
            completedAt = now;
        } else if (now - completedAt > STALL) {
            throw new BenchException("the target has completed nothing for " + STALL / SECOND + " s");
        }
        if (disk.isGone()) {
            throw new BenchException("the target has closed the connection");
        }
    }

    private static long nanos(double seconds) {
        return (long) (seconds * SECOND);
    }

    private static double seconds(long nanos) {
        return nanos / (double) SECOND;
    }
}
