// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.testing;

import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdev.IoCounters;
import io.hotbay.virtio.DeviceQueue;
import io.hotbay.virtio.VirtioDevice;
import io.hotbay.virtio.Virtqueue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A device that answers each request at once, or when it is told to. Its tests can make it slow and make it fail. */
public final class TestDevice implements VirtioDevice {
    /** A feature bit of the device. */
    public static final long FEATURE = 1L << 9;

    private final int queues;
    private final byte[] config = new byte[60];
    private final AtomicInteger running = new AtomicInteger();
    private final List<Long> starts = new CopyOnWriteArrayList<>();
    private final List<String> writes = new CopyOnWriteArrayList<>();
    private volatile boolean holding;
    private volatile int failingQueue = -1;
    private volatile boolean startFailing;
    private volatile boolean asynchronous;
    private volatile int resets;
    private volatile CompletableFuture<Void> nextWrite = CompletableFuture.completedFuture(null);

    /** Makes a device with a number of queues; its configuration space counts up from 1. */
    public TestDevice(int queues) {
        this.queues = queues;
        for (int i = 0; i < config.length; i++) {
            config[i] = (byte) (i + 1);
        }
    }

    /** Whether requests stay in flight. */
    public void hold(boolean on) {
        holding = on;
    }

    /** Makes one queue throw, as access to truncated memory does. */
    public void fail(int queue) {
        failingQueue = queue;
    }

    /** Makes starts fail. */
    public void failStarts(boolean on) {
        startFailing = on;
    }

    /** Makes its queues have a descriptor to wait for, as asynchronous backends do; none of it is ever signalled. */
    public void asynchronous(boolean on) {
        asynchronous = on;
    }

    /** What the next SET_CONFIG waits for. */
    public void nextWrite(CompletableFuture<Void> future) {
        nextWrite = future;
    }

    /** Number of queues running. */
    public int running() {
        return running.get();
    }

    /** The features each queue was started with. */
    public List<Long> starts() {
        return starts;
    }

    /** Writes to configuration space: offset=bytes. */
    public List<String> writes() {
        return writes;
    }

    /** Number of resets. */
    public int resets() {
        return resets;
    }

    /** Changes a byte of configuration space. */
    public void config(int offset, int value) {
        config[offset] = (byte) value;
    }

    @Override
    public int deviceId() {
        return 2;
    }

    @Override
    public long features() {
        return FEATURE;
    }

    @Override
    public int queues() {
        return queues;
    }

    @Override
    public int queueSizeLimit() {
        return 256;
    }

    @Override
    public void readConfig(int offset, ByteBuffer destination) {
        for (int at = offset; destination.hasRemaining(); at++) {
            destination.put(at < config.length ? config[at] : 0);
        }
    }

    @Override
    public CompletableFuture<Void> writeConfig(int offset, ByteBuffer source) {
        StringBuilder write = new StringBuilder().append(offset).append('=');
        for (int at = offset; source.hasRemaining(); at++) {
            byte value = source.get();
            write.append(value);
            if (at < config.length) {
                config[at] = value;
            }
        }
        writes.add(write.toString());
        return nextWrite;
    }

    @Override
    public DeviceQueue start(Virtqueue queue, long features) throws IOException {
        if (startFailing) {
            throw new IOException("the disk is away");
        }
        starts.add(features);
        running.incrementAndGet();
        return new TestDeviceQueue(queue);
    }

    @Override
    public void reset() {
        if (running.get() != 0) {
            throw new IllegalStateException("reset while " + running + " queues are running");
        }
        resets++;
    }

    private final class TestDeviceQueue implements DeviceQueue {
        private final Virtqueue queue;
        private final ArrayDeque<Integer> held = new ArrayDeque<>();
        private final int[] heads = new int[16];
        private final BlockRequests requests = new BlockRequests(1);
        private volatile int inFlight;
        private boolean stopped;

        TestDeviceQueue(Virtqueue queue) {
            this.queue = queue;
        }

        @Override
        public int poll() {
            refuseIfStopped();
            int taken = queue.fetch(heads, heads.length);
            for (int i = 0; i < taken; i++) {
                held.add(heads[i]);
            }
            inFlight = held.size();
            if (failingQueue == queue.index()) {
                throw new IllegalStateException("out of order");
            }
            return taken + drain();
        }

        @Override
        public int drain() {
            refuseIfStopped();
            int done = 0;
            while (!holding && !held.isEmpty()) {
                queue.complete(held.remove(), 1);
                count();
                done++;
            }
            queue.publish();
            inFlight = held.size();
            return done;
        }

        private void count() {
            requests.taken();
            requests.prepare(0, BlockType.READ, 0, 512, 0);
            requests.enqueue(0);
            requests.clearPending();
            requests.complete(0, BlockStatus.OK);
            requests.measure();
            requests.clearCompleted();
        }

        @Override
        public Optional<IoCounters> counters() {
            return Optional.of(requests.counters());
        }

        private void refuseIfStopped() {
            if (stopped) {
                throw new IllegalStateException("queue " + queue.index() + " is used after its stop");
            }
        }

        @Override
        public int inFlight() {
            return inFlight;
        }

        @Override
        public int wakeDescriptor() {
            return asynchronous ? Integer.MAX_VALUE - queue.index() : -1;
        }

        @Override
        public void stop() {
            refuseIfStopped();
            stopped = true;
            running.decrementAndGet();
        }
    }
}
