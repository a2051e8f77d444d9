// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.jmh;

import io.hotbay.virtio.OwnedVirtqueue;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A request's way through a ring, in batches: what the driver does alone, and with fetch, completion and publication by the
 * product between. The difference is the product's; an invocation-level set-up would cost more than what it leaves out.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RingBenchmark {
    private static final int BATCH = 32;

    /** Format of the ring. */
    @Param({"split", "packed"})
    public String format;

    private final int[] heads = new int[BATCH];
    private BenchRing ring;
    private OwnedVirtqueue virtqueue;

    /** Makes the ring. */
    @Setup
    public void open() throws IOException {
        ring = new BenchRing(format.equals("packed"));
        virtqueue = ring.virtqueue();
    }

    /** Frees it. */
    @TearDown
    public void close() {
        ring.close();
    }

    /** Driver, fetch, completion, publication, driver. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int popAndPush() throws IOException {
        ring.offer(BATCH);
        int count = virtqueue.fetch(heads, BATCH);
        for (int i = 0; i < count; i++) {
            virtqueue.complete(heads[i], 4097);
        }
        virtqueue.publish();
        int taken = ring.take();
        if (taken != BATCH) {
            throw new IllegalStateException(taken + " of " + BATCH + " came back: " + virtqueue.fault());
        }
        return taken;
    }

    /** A look at a ring with nothing in it, as a polling reactor has it most of the time. */
    @Benchmark
    public int pollEmpty() {
        return virtqueue.fetch(heads, BATCH);
    }
}
