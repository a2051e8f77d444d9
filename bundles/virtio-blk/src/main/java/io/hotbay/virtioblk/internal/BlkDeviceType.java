// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.QosLimits;
import io.hotbay.virtio.DeviceContext;
import io.hotbay.virtio.VirtioDevice;
import io.hotbay.virtio.VirtioDeviceType;
import java.io.IOException;
import java.util.Map;
import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

/** Makes block devices: {@code hotbay.controller.type=blk}. */
@Component(property = VirtioDeviceType.TYPE + "=" + BlkDeviceType.DEVICE_TYPE)
@Capability(namespace = "io.hotbay.device", attribute = "type=" + BlkDeviceType.DEVICE_TYPE)
public final class BlkDeviceType implements VirtioDeviceType {
    static final String DEVICE_TYPE = "blk";

    /** Linux takes no blocks larger than its pages, which are of this size nearly everywhere. */
    private static final int COMMON_PAGE_SIZE = 4096;

    private final Logger logger;
    private final Throttles throttles = new Throttles();

    /** Makes the service. */
    @Activate
    public BlkDeviceType(@Reference(service = LoggerFactory.class) Logger logger) {
        this.logger = logger;
    }

    /** Nothing but the properties is of interest: they hold the limits of the bdev. */
    @Reference(
            name = "bdevs",
            service = BlockDevice.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            updated = "updatedBdev")
    void bindBdev(Map<String, Object> properties) {
        String name = String.valueOf(properties.get(BlockDevice.NAME));
        try {
            throttles.limit(name, QosLimits.of(properties));
        } catch (IllegalArgumentException e) {
            logger.error("bdev {}: its limits stay as they are: {}", name, e.getMessage());
        }
    }

    void updatedBdev(Map<String, Object> properties) {
        bindBdev(properties);
    }

    /** What stands in for it while it is away, errors perhaps, is not limited. */
    void unbindBdev(Map<String, Object> properties) {
        throttles.limit(String.valueOf(properties.get(BlockDevice.NAME)), QosLimits.NONE);
    }

    @Override
    public VirtioDevice create(DeviceContext context) throws IOException {
        if (context.bdevs().size() != 1) {
            throw new IOException("controller " + context.name() + ": a block device stands on exactly one bdev, but "
                    + context.bdevs().size() + " are given");
        }
        BlkOptions options = BlkOptions.of(context);
        BlockDevice bdev = context.bdevs().get(0);
        if (bdev.blockSize() > COMMON_PAGE_SIZE) {
            logger.warn(
                    "controller {}: bdev {} has blocks of {} bytes; Linux guests with pages of 4096 bytes refuse such a disk",
                    context.name(),
                    bdev.name(),
                    bdev.blockSize());
        }
        return new BlkDevice(bdev, options, throttles.of(bdev.name()), System::nanoTime);
    }
}
