// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.DirtyLog;
import io.hotbay.memory.GuestMemory;
import io.hotbay.virtio.OwnedVirtqueue;
import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtio.VirtqueueSetup;
import io.hotbay.virtqueue.internal.SplitDriver.Buffer;
import io.hotbay.virtqueue.internal.SplitDriver.Used;
import java.nio.ByteBuffer;
import java.util.List;

/** What drivers of both ring formats can do when they play by the rules. */
interface RingDriver {
    /** A driver of the format that the features say. */
    static RingDriver of(GuestRam ram, long address, int size, long features, int start) {
        return VirtioFeatures.has(features, VirtioFeatures.RING_PACKED)
                ? new PackedDriver(ram, address, size, features).startAt(start)
                : new SplitDriver(ram, address, size, features).startAt(start);
    }

    int freeDescriptors();

    /** The head of the chain that is submitted next. */
    int nextHead();

    int submit(Buffer... buffers);

    int submitIndirect(long table, Buffer... buffers);

    /** Whether the device wants to be notified of what was made available since this was asked last. */
    boolean needsKick();

    /** Takes what the device has used. */
    List<Used> collect();

    /** Whether there is something to collect. */
    boolean hasUsed();

    /** Asks for a signal at the next used chain. */
    void wantSignal();

    /** Asks for a signal at some other time, or for none. */
    void wantSignalAhead(int distance);

    VirtqueueSetup setup(GuestMemory memory, ByteBuffer inFlight, DirtyLog log, long usedLogAddress);

    /** A ring that is neither tracked nor logged. */
    default OwnedVirtqueue openPlain(GuestMemory memory) {
        return new GuestVirtqueueFactory().open(setup(memory, null, null, VirtqueueSetup.USED_NOT_LOGGED));
    }
}
