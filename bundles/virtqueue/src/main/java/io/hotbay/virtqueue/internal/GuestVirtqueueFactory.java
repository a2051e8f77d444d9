// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.virtio.OwnedVirtqueue;
import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtio.VirtqueueFactory;
import io.hotbay.virtio.VirtqueueSetup;
import org.osgi.service.component.annotations.Component;

/** Opens rings in guest memory, in the format that the driver has accepted. */
@Component
public final class GuestVirtqueueFactory implements VirtqueueFactory {
    @Override
    public long features() {
        return VirtioFeatures.INDIRECT_DESC | VirtioFeatures.EVENT_IDX | VirtioFeatures.RING_PACKED;
    }

    @Override
    public int sizeLimit() {
        return SplitVirtqueue.SIZE_LIMIT;
    }

    @Override
    public int inFlightBytes(int size, long features) {
        return align(isPacked(features) ? PackedInFlightRegion.bytes(size) : SplitInFlightRegion.bytes(size));
    }

    private static int align(int bytes) {
        return bytes + 63 & ~63;
    }

    @Override
    public OwnedVirtqueue open(VirtqueueSetup setup) {
        return isPacked(setup.features()) ? new PackedVirtqueue(setup) : new SplitVirtqueue(setup);
    }

    private static boolean isPacked(long features) {
        return VirtioFeatures.has(features, VirtioFeatures.RING_PACKED);
    }
}
