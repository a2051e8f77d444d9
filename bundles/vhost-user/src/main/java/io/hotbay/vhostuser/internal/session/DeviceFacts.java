// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import io.hotbay.vhostuser.internal.ring.RingEnvironment;
import io.hotbay.virtio.VirtioDevice;
import io.hotbay.virtio.VirtioFeatures;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What front-ends are told about a device. It is kept while the device is away, so that they get answers all the time.
 *
 * @param features virtio features to offer
 * @param queues number of queues
 * @param queueSizeLimit largest ring
 * @param inFlight room of a queue in the in-flight region
 * @param config the beginning of its configuration space; the rest is zeros
 */
public record DeviceFacts(long features, int queues, int queueSizeLimit, InFlightSizes inFlight, byte[] config) {
    /** Longer than the configuration space of any device here. */
    private static final int CONFIG_SIZE = 256;

    /** Asks a device. */
    public static DeviceFacts of(RingEnvironment environment) {
        VirtioDevice device = environment.device();
        long features = device.features()
                | environment.virtqueues().features()
                | VirtioFeatures.LOG_ALL
                | VirtioFeatures.VERSION_1
                | VirtioFeatures.PROTOCOL_FEATURES;
        ByteBuffer config = ByteBuffer.allocate(CONFIG_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        device.readConfig(0, config);
        int limit = Math.min(device.queueSizeLimit(), environment.virtqueues().sizeLimit());
        return new DeviceFacts(
                environment.packed() ? features : features & ~VirtioFeatures.RING_PACKED,
                device.queues(),
                limit,
                InFlightSizes.of(environment.virtqueues()),
                config.array());
    }

    /** Fills a buffer with configuration space from an offset on. */
    public void readConfig(int offset, ByteBuffer destination) {
        int known = Math.max(0, Math.min(destination.remaining(), config.length - offset));
        if (known > 0) {
            destination.put(config, offset, known);
        }
        while (destination.hasRemaining()) {
            destination.put((byte) 0);
        }
    }

    /** Whether the configuration space reads the same. */
    public boolean sameConfig(DeviceFacts other) {
        return other != null && Arrays.equals(config, other.config);
    }
}
