// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.readable;
import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.writable;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.hotbay.memory.DirtyLog;
import io.hotbay.virtio.OwnedVirtqueue;
import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtio.VirtqueueSetup;
import io.hotbay.virtqueue.internal.SplitDriver.Buffer;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

/** The data path allocates nothing: counted over many requests. */
class AllocationTest {
    private static final int SIZE = 64;
    private static final int BATCH = 16;
    private static final int WARM_UP = 20_000;
    private static final int MANY = 1_000_000;
    private static final int LESS = 100_000;
    /** Room for what the measurement itself may allocate. */
    private static final long SOME_BYTES = 512;

    private static final long FEATURES =
            VirtioFeatures.VERSION_1 | VirtioFeatures.EVENT_IDX | VirtioFeatures.INDIRECT_DESC;

    private final GuestRam ram = GuestRam.of(1 << 18);
    private final SplitDriver driver = new SplitDriver(ram, 0x1000, SIZE, FEATURES);
    private final int[] heads = new int[BATCH];
    private int available;
    private int packedSlot;

    @Test
    void shouldAllocateNothingForDirectChains() {
        int[] chains = new int[BATCH];
        for (int i = 0; i < BATCH; i++) {
            chains[i] = driver.lay(readable(0x8000, 16), writable(0x9000, 4096), writable(0x8010, 1));
        }
        assertAllocatesNothing(chains, MANY);
    }

    @Test
    void shouldAllocateNothingForIndirectChainsWithManySegments() {
        Buffer[] buffers = new Buffer[64];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = writable(0x9000 + 512L * i, 512);
        }
        int[] chains = new int[BATCH];
        for (int i = 0; i < BATCH; i++) {
            chains[i] = driver.layIndirect(0x20000, buffers);
        }
        assertAllocatesNothing(chains, LESS);
    }

    @Test
    void shouldAllocateNothingForTrackedAndLoggedChains() {
        int[] chains = new int[BATCH];
        for (int i = 0; i < BATCH; i++) {
            chains[i] = driver.lay(readable(0x8000, 16), writable(0x9000, 4096), writable(0x8010, 1));
        }
        Counter log = new Counter();
        VirtqueueSetup setup = driver.setup(ram.memory(), ByteBuffer.allocateDirect(16 + 16 * SIZE), log, driver.used);
        assertAllocatesNothing(new SplitVirtqueue(setup), chains, LESS);
        assertThat(log.marks).isPositive();
    }

    @Test
    void shouldAllocateNothingOnATrackedAndLoggedPackedRing() {
        Counter log = new Counter();
        PackedDriver packed = new PackedDriver(ram, 0x1000, 4 * SIZE, FEATURES);
        PackedVirtqueue queue = new PackedVirtqueue(
                packed.setup(ram.memory(), ByteBuffer.allocateDirect(32 + 4 * 32 * SIZE), log, packed.descriptors));
        packed.driverEvent(0, false, 0);

        assertAllocatesNothing(() -> runPacked(packed, queue, WARM_UP), () -> runPacked(packed, queue, LESS), LESS);

        assertThat(log.marks).isPositive();
    }

    /** Every chain has three descriptors and the buffer id of its place in the batch. */
    private int runPacked(PackedDriver packed, PackedVirtqueue queue, int requests) {
        int done = 0;
        while (done < requests) {
            for (int i = 0; i < BATCH; i++) {
                makeAvailable(packed, 0x8000, 16, i, PackedDriver.NEXT);
                makeAvailable(packed, 0x9000, 4096, i, PackedDriver.NEXT | PackedDriver.WRITE);
                makeAvailable(packed, 0x8010, 1, i, PackedDriver.WRITE);
            }
            done += serve(queue);
        }
        return done;
    }

    private void makeAvailable(PackedDriver packed, long address, long length, int id, int flags) {
        int lap = packedSlot / packed.size % 2 == 0 ? PackedDriver.AVAIL : PackedDriver.USED;
        packed.descriptor(packedSlot % packed.size, address, length, id, flags | lap);
        packedSlot = (packedSlot + 1) % (2 * packed.size);
    }

    private void assertAllocatesNothing(int[] chains, int requests) {
        assertAllocatesNothing(driver.open(), chains, requests);
    }

    private void assertAllocatesNothing(SplitVirtqueue queue, int[] chains, int requests) {
        for (int i = 0; i < SIZE; i++) {
            ram.put16(driver.available + 4 + 2L * i, chains[i % BATCH]);
        }
        assertAllocatesNothing(() -> run(queue, WARM_UP), () -> run(queue, requests), requests);
    }

    private static void assertAllocatesNothing(IntSupplier warmUp, IntSupplier run, int requests) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        warmUp.getAsInt();
        threads.getCurrentThreadAllocatedBytes();

        long before = threads.getCurrentThreadAllocatedBytes();
        int done = run.getAsInt();
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(done).isEqualTo(requests);
        assertThat(allocated).isLessThan(SOME_BYTES);
    }

    /** Counts marks, so that they are not for nothing. */
    private static final class Counter implements DirtyLog {
        private long marks;

        @Override
        public void mark(long guestAddress, long length) {
            marks += length;
        }
    }

    private int run(SplitVirtqueue queue, int requests) {
        int done = 0;
        while (done < requests) {
            available = available + BATCH & 0xffff;
            driver.availableIndex(available);
            driver.usedEvent(available - 1 & 0xffff);
            int count = serve(queue);
            if (count == 0) {
                return done;
            }
            done += count;
        }
        return done;
    }

    private int serve(OwnedVirtqueue queue) {
        int count = queue.fetch(heads, BATCH);
        for (int i = 0; i < count; i++) {
            queue.complete(heads[i], queue.segments(heads[i]));
        }
        queue.publish();
        if (queue.takeSignal() && queue.arm()) {
            queue.disarm();
        }
        return count;
    }
}
