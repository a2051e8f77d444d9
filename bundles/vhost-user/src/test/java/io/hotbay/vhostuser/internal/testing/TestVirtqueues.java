// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.testing;

import io.hotbay.memory.GuestMemory;
import io.hotbay.virtio.OwnedVirtqueue;
import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtio.VirtqueueFactory;
import io.hotbay.virtio.VirtqueueSetup;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Opens split rings that look at nothing but the available and used rings: a chain is its head. Guest memory is really read and
 * written, so what is unmapped too early ends the test run. So are the in-flight region, a byte for each head every
 * {@link #SLOT} bytes, and the log: completing a head marks the page of its number.
 */
public final class TestVirtqueues implements VirtqueueFactory {
    /** Bytes of the in-flight region for each head. */
    public static final int SLOT = 64;

    private final List<VirtqueueSetup> setups = new CopyOnWriteArrayList<>();

    /** How rings were opened. */
    public List<VirtqueueSetup> setups() {
        return setups;
    }

    @Override
    public long features() {
        return VirtioFeatures.INDIRECT_DESC | VirtioFeatures.EVENT_IDX | VirtioFeatures.RING_PACKED;
    }

    @Override
    public int sizeLimit() {
        return 1024;
    }

    @Override
    public int inFlightBytes(int size, long features) {
        return (VirtioFeatures.has(features, VirtioFeatures.RING_PACKED) ? 2 : 1) * SLOT * size;
    }

    @Override
    public OwnedVirtqueue open(VirtqueueSetup setup) {
        setups.add(setup);
        return new TestQueue(setup);
    }

    private static final class TestQueue implements OwnedVirtqueue {
        private final VirtqueueSetup setup;
        private final ByteBuffer available;
        private final ByteBuffer used;
        private final int availableAt;
        private final int usedAt;
        private final Queue<Integer> recovered = new ArrayDeque<>();
        private int next;
        private int publishedUsed;
        private int unpublished;
        private int inFlight;
        private int completed;
        private boolean signal;
        private volatile String fault;

        TestQueue(VirtqueueSetup setup) {
            if (Integer.bitCount(setup.size()) != 1) {
                throw new IllegalArgumentException("size " + setup.size() + " is no power of two");
            }
            this.setup = setup;
            GuestMemory memory = setup.memory();
            long availableHandle = memory.translateUser(setup.availableAddress(), 6 + 2 * setup.size());
            long usedHandle = memory.translateUser(setup.usedAddress(), 6 + 8 * setup.size());
            if (availableHandle == GuestMemory.NONE || usedHandle == GuestMemory.NONE) {
                throw new IllegalArgumentException("the ring is not inside one memory region");
            }
            available = memory.window(GuestMemory.windowOf(availableHandle));
            availableAt = GuestMemory.offsetOf(availableHandle);
            used = memory.window(GuestMemory.windowOf(usedHandle));
            usedAt = GuestMemory.offsetOf(usedHandle);
            next = setup.base() & 0xffff;
            publishedUsed = used.getShort(usedAt + 2) & 0xffff;
            for (int head = 0; setup.inFlight() != null && head < setup.size(); head++) {
                if (setup.inFlight().get(head * SLOT) != 0) {
                    recovered.add(head);
                }
            }
        }

        private void record(int head, int value) {
            if (setup.inFlight() != null) {
                setup.inFlight().put(head * SLOT, (byte) value);
            }
        }

        private int availableIndex() {
            int index = available.getShort(availableAt + 2) & 0xffff;
            VarHandle.acquireFence();
            return index;
        }

        @Override
        public int fetch(int[] heads, int limit) {
            if (!recovered.isEmpty()) {
                heads[0] = recovered.remove();
                inFlight++;
                return 1;
            }
            int count = availableIndex() - next & 0xffff;
            if (fault != null || count == 0) {
                return 0;
            }
            if (count > setup.size()) {
                fail("the available index jumped");
                return 0;
            }
            int taken = Math.min(count, limit);
            for (int i = 0; i < taken; i++) {
                int slot = next & setup.size() - 1;
                heads[i] = available.getShort(availableAt + 4 + 2 * slot) & 0xffff;
                next = next + 1 & 0xffff;
                inFlight++;
                record(heads[i], 1);
            }
            return taken;
        }

        @Override
        public void complete(int head, int written) {
            inFlight--;
            completed++;
            if (fault == null) {
                if (setup.log() != null) {
                    setup.log().mark((long) head << 12, 1);
                }
                record(head, 0);
                int slot = publishedUsed + unpublished++ & setup.size() - 1;
                used.putInt(usedAt + 4 + 8 * slot, head).putInt(usedAt + 8 + 8 * slot, written);
            }
        }

        @Override
        public void show() {
            publish();
        }

        @Override
        public void publish() {
            if (fault == null && unpublished > 0) {
                publishedUsed = publishedUsed + unpublished & 0xffff;
                unpublished = 0;
                if (setup.usedLogAddress() != VirtqueueSetup.USED_NOT_LOGGED) {
                    setup.log().mark(setup.usedLogAddress() + 2, 2);
                }
                VarHandle.releaseFence();
                used.putShort(usedAt + 2, (short) publishedUsed);
                signal = true;
            }
        }

        @Override
        public boolean takeSignal() {
            boolean taken = signal;
            signal = false;
            return taken;
        }

        @Override
        public boolean arm() {
            return availableIndex() == next;
        }

        @Override
        public void disarm() {
            used.putShort(usedAt, (short) 1);
        }

        @Override
        public int base() {
            return next;
        }

        @Override
        public int completed() {
            return completed;
        }

        @Override
        public int inFlight() {
            return inFlight;
        }

        @Override
        public void relocate(GuestMemory memory) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String fault() {
            return fault;
        }

        @Override
        public void fail(String reason) {
            fault = reason;
        }

        @Override
        public int index() {
            return setup.index();
        }

        @Override
        public int size() {
            return setup.size();
        }

        @Override
        public GuestMemory memory() {
            return setup.memory();
        }

        @Override
        public int segments(int head) {
            return 0;
        }

        @Override
        public int readableSegments(int head) {
            return 0;
        }

        @Override
        public long handle(int head, int segment) {
            return GuestMemory.NONE;
        }

        @Override
        public int length(int head, int segment) {
            return 0;
        }

        @Override
        public boolean hasFault(int head) {
            return false;
        }
    }
}
