// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.jmh;

import io.hotbay.memory.GuestMemory;
import io.hotbay.memory.MemoryRegion;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
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
import org.openjdk.jmh.annotations.Warmup;

/** From a guest address to a handle: where the region is that of the last hit, and where it has to be found. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TranslationBenchmark {
    private static final int REGION = 1 << 16;
    private static final int ADDRESSES = 1 << 10;

    /** Number of regions; front-ends have one to eight. */
    @Param({"1", "2", "8"})
    public int regions;

    private final long[] addresses = new long[ADDRESSES];
    private GuestMemory memory;
    private int next;

    /** Makes memory and addresses all over it. */
    @Setup
    public void fill() {
        List<MemoryRegion> all = new ArrayList<>();
        for (int i = 0; i < regions; i++) {
            long start = (long) i * 2 * REGION;
            all.add(MemoryRegion.of(start, start, REGION, (offset, length) -> ByteBuffer.allocateDirect(length)));
        }
        memory = GuestMemory.of(all);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < ADDRESSES; i++) {
            addresses[i] = (long) random.nextInt(regions) * 2 * REGION + random.nextInt(REGION);
        }
    }

    /** The region of the last hit is the right one. */
    @Benchmark
    public long sameRegion() {
        next = next + 1 & ADDRESSES - 1;
        return memory.translate(next, 0);
    }

    /** Any region may be the right one. */
    @Benchmark
    public long anyRegion() {
        next = next + 1 & ADDRESSES - 1;
        return memory.translate(addresses[next], 0);
    }

    /** No region is: what a hostile address costs. */
    @Benchmark
    public long noRegion() {
        return memory.translate(Long.MAX_VALUE, 0);
    }
}
