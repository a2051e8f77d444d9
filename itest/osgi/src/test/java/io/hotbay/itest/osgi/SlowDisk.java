// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.IoStatistics;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** A bdev that keeps nothing and answers nothing until it is let. */
final class SlowDisk implements BlockDevice {
    private final UUID uuid = UUID.randomUUID();
    private final IoStatistics statistics = new IoStatistics();
    private final AtomicInteger held = new AtomicInteger();
    private volatile boolean released;

    /** Answers what it holds and what comes. */
    void release() {
        released = true;
    }

    /** Number of requests it has not answered. */
    int held() {
        return held.get();
    }

    @Override
    public String name() {
        return "Slow";
    }

    @Override
    public String product() {
        return "slow disk";
    }

    @Override
    public UUID uuid() {
        return uuid;
    }

    @Override
    public int blockSize() {
        return 512;
    }

    @Override
    public long blocks() {
        return 8192;
    }

    @Override
    public boolean supports(int type) {
        return true;
    }

    @Override
    public IoStatistics statistics() {
        return statistics;
    }

    @Override
    public BlockChannel open(BlockRequests requests) {
        return new SlowChannel(requests);
    }

    private final class SlowChannel implements BlockChannel {
        private final BlockRequests requests;
        private final Deque<Integer> slots = new ArrayDeque<>();

        SlowChannel(BlockRequests requests) {
            this.requests = requests;
        }

        @Override
        public void submit(BlockRequests batch) {
            for (int i = 0; i < batch.pending(); i++) {
                slots.add(batch.pendingSlot(i));
                held.incrementAndGet();
            }
        }

        @Override
        public int poll() {
            int answered = 0;
            while (released && !slots.isEmpty()) {
                requests.complete(slots.remove(), BlockStatus.OK);
                held.decrementAndGet();
                answered++;
            }
            return answered;
        }
    }
}
