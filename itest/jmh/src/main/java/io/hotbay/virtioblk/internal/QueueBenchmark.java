// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import io.hotbay.bdev.BdevOptions;
import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.ConfiguredDevice;
import io.hotbay.itest.jmh.BenchRing;
import io.hotbay.virtio.DeviceContext;
import io.hotbay.virtio.DeviceQueue;
import java.io.IOException;
import java.util.List;
import java.util.Map;
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
 * A request's whole way through a queue of a virtio-blk device, in batches, over a bdev that does nothing: what
 * {@code RingBenchmark.popAndPush} measures, and besides that the device's part.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class QueueBenchmark {
    private static final int BATCH = 32;

    /** Format of the ring. */
    @Param({"split", "packed"})
    public String format;

    private BenchRing ring;
    private DeviceQueue queue;

    /** Makes ring and device. */
    @Setup
    public void open() throws IOException {
        ring = new BenchRing(format.equals("packed"));
        BlockDevice bdev = new Nothing();
        BlkDevice device = new BlkDevice(
                bdev,
                BlkOptions.of(new DeviceContext("bench", List.of(bdev), Map.of())),
                new Throttle(),
                System::nanoTime);
        queue = device.start(ring.virtqueue(), device.features());
    }

    /** Frees them. */
    @TearDown
    public void close() {
        queue.stop();
        ring.close();
    }

    /** Driver, one poll of the device, driver. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int read() throws IOException {
        ring.offer(BATCH);
        queue.poll();
        int taken = ring.take();
        if (taken != BATCH) {
            throw new IllegalStateException(
                    taken + " of " + BATCH + " came back: " + ring.virtqueue().fault());
        }
        return taken;
    }

    /** A bdev that completes everything at once, as the null bdev does. */
    private static final class Nothing extends ConfiguredDevice {
        Nothing() {
            super(BdevOptions.of("Nothing", "1GiB", BlkConfig.SECTOR, 0, "", false));
        }

        @Override
        public String product() {
            return "nothing";
        }

        @Override
        public BlockChannel open(BlockRequests requests) {
            return this::complete;
        }

        private void complete(BlockRequests requests) {
            BdevOptions options = options();
            int pending = requests.pending();
            for (int i = 0; i < pending; i++) {
                int slot = requests.pendingSlot(i);
                requests.complete(
                        slot, options.check(requests.type(slot), requests.offset(slot), requests.length(slot)));
            }
        }
    }
}
