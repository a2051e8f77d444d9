// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A virtio device, free of any transport. Its control methods are called on one thread at a time; the queues it starts live on
 * reactor threads.
 */
@ConsumerType
public interface VirtioDevice {
    /** Virtio device ID: 2 for block, 8 for SCSI host. */
    int deviceId();

    /** Feature bits of the device itself, without those of rings and transport. */
    long features();

    /** Number of queues it offers, at least 1. */
    int queues();

    /** Largest ring it can serve, in descriptors: a power of two. */
    int queueSizeLimit();

    /**
     * Copies configuration space from {@code offset} on into the whole of {@code destination}; what lies behind the end of the
     * device's structure reads as zeros. Any offset and length are allowed.
     */
    void readConfig(int offset, ByteBuffer destination);

    /**
     * Lets the driver write configuration space. Bytes that are not writable are left as they are.
     *
     * @return completes when the change is in effect
     */
    CompletableFuture<Void> writeConfig(int offset, ByteBuffer source);

    /**
     * Starts a queue; called on the reactor thread that will poll it. Ownership of the ring passes to the device until
     * {@link DeviceQueue#stop()}.
     *
     * @param features what the driver has accepted
     * @throws IOException if what stands behind the device cannot be used just now
     */
    DeviceQueue start(Virtqueue queue, long features) throws IOException;

    /** Back to the state of a new device, when the driver resets it. No queue is running. */
    void reset();
}
