// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.readable;
import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.writable;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtqueue.internal.SplitDriver.Buffer;
import java.lang.management.ManagementFactory;
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

    private void assertAllocatesNothing(int[] chains, int requests) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < SIZE; i++) {
            ram.put16(driver.available + 4 + 2L * i, chains[i % BATCH]);
        }
        SplitVirtqueue queue = driver.open();
        run(queue, WARM_UP);
        threads.getCurrentThreadAllocatedBytes();

        long before = threads.getCurrentThreadAllocatedBytes();
        int done = run(queue, requests);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(done).isEqualTo(requests);
        assertThat(allocated).isLessThan(SOME_BYTES);
    }

    private int run(SplitVirtqueue queue, int requests) {
        int done = 0;
        while (done < requests) {
            available = available + BATCH & 0xffff;
            driver.availableIndex(available);
            driver.usedEvent(available - 1 & 0xffff);
            int count = queue.fetch(heads, BATCH);
            if (count == 0) {
                return done;
            }
            for (int i = 0; i < count; i++) {
                queue.complete(heads[i], queue.segments(heads[i]));
            }
            queue.publish();
            if (queue.takeSignal() && queue.arm()) {
                queue.disarm();
            }
            done += count;
        }
        return done;
    }
}
