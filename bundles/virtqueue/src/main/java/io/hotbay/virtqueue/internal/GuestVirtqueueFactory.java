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
        return VirtioFeatures.INDIRECT_DESC | VirtioFeatures.EVENT_IDX;
    }

    @Override
    public int sizeLimit() {
        return SplitVirtqueue.SIZE_LIMIT;
    }

    @Override
    public int inFlightBytes(int size, long features) {
        return align(16 + 16 * size);
    }

    private static int align(int bytes) {
        return bytes + 63 & ~63;
    }

    @Override
    public OwnedVirtqueue open(VirtqueueSetup setup) {
        if (VirtioFeatures.has(setup.features(), VirtioFeatures.RING_PACKED)) {
            throw new IllegalArgumentException(
                    "queue " + setup.index() + ": packed rings were accepted but never offered");
        }
        return new SplitVirtqueue(setup);
    }
}
