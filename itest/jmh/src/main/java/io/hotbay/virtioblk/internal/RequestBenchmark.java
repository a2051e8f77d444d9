// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import io.hotbay.itest.jmh.BenchRing;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Taking a request apart that has been fetched: status, header, length. It lies in this package because the parser does. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RequestBenchmark {
    /** Format of the ring that the request lies in. */
    @Param({"split", "packed"})
    public String format;

    private final int[] heads = new int[1];
    private BenchRing ring;
    private BlkRequest request;

    /** Fetches a read of 4 KiB, which stays in flight. */
    @Setup
    public void open() throws IOException {
        ring = new BenchRing(format.equals("packed"));
        request = new BlkRequest(ring.virtqueue());
        ring.offer(1);
        if (ring.virtqueue().fetch(heads, 1) != 1) {
            throw new IllegalStateException("no request: " + ring.virtqueue().fault());
        }
    }

    /** Frees the ring. */
    @TearDown
    public void close() {
        ring.close();
    }

    /** Takes it apart. */
    @Benchmark
    public long parse() {
        request.take(heads[0]);
        if (!request.readHeader() || request.inLength() != 4096) {
            throw new IllegalStateException("the request is not what was submitted");
        }
        return request.status() + request.type() + request.sector();
    }
}
