// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.testing;

import io.hotbay.memory.GuestMemory;
import io.hotbay.virtio.OwnedVirtqueue;
import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtio.VirtqueueFactory;
import io.hotbay.virtio.VirtqueueSetup;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * Opens split rings that look at nothing but the available and used rings: a chain is its head. Guest memory is really read and
 * written, so what is unmapped too early ends the test run.
 */
public final class TestVirtqueues implements VirtqueueFactory {
    @Override
    public long features() {
        return VirtioFeatures.INDIRECT_DESC | VirtioFeatures.EVENT_IDX;
    }

    @Override
    public int sizeLimit() {
        return 1024;
    }

    @Override
    public int inFlightBytes(int size, long features) {
        return 64 * size;
    }

    @Override
    public OwnedVirtqueue open(VirtqueueSetup setup) {
        return new TestQueue(setup);
    }

    private static final class TestQueue implements OwnedVirtqueue {
        private final VirtqueueSetup setup;
        private final ByteBuffer available;
        private final ByteBuffer used;
        private final int availableAt;
        private final int usedAt;
        private int next;
        private int publishedUsed;
        private int unpublished;
        private int inFlight;
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
        }

        private int availableIndex() {
            int index = available.getShort(availableAt + 2) & 0xffff;
            VarHandle.acquireFence();
            return index;
        }

        @Override
        public int fetch(int[] heads, int limit) {
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
            }
            return taken;
        }

        @Override
        public void complete(int head, int written) {
            inFlight--;
            if (fault == null) {
                int slot = publishedUsed + unpublished++ & setup.size() - 1;
                used.putInt(usedAt + 4 + 8 * slot, head).putInt(usedAt + 8 + 8 * slot, written);
            }
        }

        @Override
        public void publish() {
            if (fault == null && unpublished > 0) {
                publishedUsed = publishedUsed + unpublished & 0xffff;
                unpublished = 0;
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
