// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.jmh;

import io.hotbay.frontend.DescriptorChain;
import io.hotbay.frontend.DeviceFeatures;
import io.hotbay.frontend.DriverRing;
import io.hotbay.frontend.FrontendMemory;
import io.hotbay.frontend.FrontendQueue;
import io.hotbay.frontend.FrontendRegion;
import io.hotbay.frontend.PackedRingLayout;
import io.hotbay.frontend.RingLayout;
import io.hotbay.frontend.SplitRingLayout;
import io.hotbay.memory.GuestMemory;
import io.hotbay.memory.MemoryRegion;
import io.hotbay.virtio.OwnedVirtqueue;
import io.hotbay.virtio.VirtqueueSetup;
import io.hotbay.virtqueue.internal.GuestVirtqueueFactory;
import java.io.IOException;
import java.util.List;

/** A ring with a driver at one end and the product's virtqueue at the other, on one thread. */
public final class BenchRing implements AutoCloseable {
    private static final int SIZE = 256;
    private static final int MEMORY = 4 << 20;
    private static final int BLOCK = 4096;
    private static final int HEADER = 16;
    private static final int PAGE = 4096;

    private final FrontendMemory memory = FrontendMemory.ordinaryPages();
    private final FrontendQueue queue;
    private final OwnedVirtqueue virtqueue;
    private final DescriptorChain chain = new DescriptorChain();
    private final long header;
    private final long data;

    /** Makes an empty ring. */
    public BenchRing(boolean packed) throws IOException {
        long features = DeviceFeatures.VERSION_1 | DeviceFeatures.EVENT_IDX | (packed ? DeviceFeatures.RING_PACKED : 0);
        FrontendRegion region = memory.add(0, MEMORY);
        RingLayout layout =
                packed ? PackedRingLayout.pageAligned(memory, SIZE) : SplitRingLayout.pageAligned(memory, SIZE);
        queue = new FrontendQueue(0, memory, layout, features);
        header = memory.allocate(HEADER + 1, HEADER);
        data = memory.allocate(BLOCK, PAGE);
        GuestMemory guest = GuestMemory.of(List.of(
                MemoryRegion.of(0, region.userAddress(), MEMORY, (offset, length) -> region.window(offset, length))));
        virtqueue = new GuestVirtqueueFactory()
                .open(new VirtqueueSetup(
                        0,
                        SIZE,
                        memory.userAddress(layout.descriptors()),
                        memory.userAddress(layout.available()),
                        memory.userAddress(layout.used()),
                        queue.ring().firstPosition(),
                        features,
                        guest));
        virtqueue.disarm();
    }

    /** The product's end. */
    public OwnedVirtqueue virtqueue() {
        return virtqueue;
    }

    /** The driver's end. */
    public DriverRing driver() {
        return queue.ring();
    }

    /** Makes reads of 4 KiB available: header, data and status in a descriptor each. */
    public void offer(int count) {
        for (int i = 0; i < count; i++) {
            queue.ring()
                    .add(chain.clear()
                            .readable(header, HEADER)
                            .writable(data, BLOCK)
                            .writable(header + HEADER, 1));
        }
        queue.ring().publish();
    }

    /** Takes back what the device has returned. */
    public int take() throws IOException {
        int taken = 0;
        while (queue.ring().take() >= 0) {
            taken++;
        }
        return taken;
    }

    @Override
    public void close() {
        queue.close();
        memory.close();
    }
}
