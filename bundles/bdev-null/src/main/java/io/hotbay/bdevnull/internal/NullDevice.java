// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevnull.internal;

import io.hotbay.bdev.BdevOptions;
import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.ConfiguredDevice;
import io.hotbay.bdev.ResizableDevice;
import java.util.Optional;
import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * A bdev without any store: every request succeeds at once. What is written is lost; a read leaves guest memory as it is, as
 * SPDK's null bdev does. It shows what everything around a backend costs.
 */
@Component(
        name = NullDevice.FACTORY_PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        immediate = true,
        service = BlockDevice.class,
        property = BlockDevice.TYPE + "=" + NullDevice.BDEV_TYPE)
@Designate(ocd = NullDevice.Config.class, factory = true)
@Capability(namespace = "io.hotbay.bdev", attribute = "type=" + NullDevice.BDEV_TYPE)
public final class NullDevice extends ConfiguredDevice implements ResizableDevice {
    static final String BDEV_TYPE = "null";
    static final String FACTORY_PID = BlockDevice.FACTORY_PID_PREFIX + BDEV_TYPE;

    private final Logger logger;
    private volatile String refused;

    /** Configuration of a null bdev. */
    @ObjectClassDefinition(
            name = "Null bdev",
            description = "A block device that loses what is written to it and completes everything at once.")
    @interface Config {
        @AttributeDefinition(name = "Name", description = "Name of the bdev, unique in the target.")
        String hotbay_bdev_name();

        @AttributeDefinition(name = "Size", description = "Capacity: bytes, or with a unit such as 64MiB or 1G.")
        String size();

        @AttributeDefinition(
                name = "Block size",
                description = "Logical block size in bytes: a power of two.",
                min = "512",
                max = "65536",
                required = false)
        int block__size() default 512;

        @AttributeDefinition(
                name = "Physical block size",
                description = "Physical block size in bytes: a power of two, or 0 for the block size.",
                min = "0",
                max = "65536",
                required = false)
        int physical__block__size() default 0;

        @AttributeDefinition(
                name = "UUID",
                description = "UUID of the bdev; derived from its name when empty.",
                required = false)
        String uuid() default "";

        @AttributeDefinition(name = "Read-only", description = "Whether writes are refused.", required = false)
        boolean readonly() default false;
    }

    /** Makes the bdev of a configuration. */
    @Activate
    public NullDevice(Config config, @Reference(service = LoggerFactory.class) Logger logger) {
        super(options(config));
        this.logger = logger;
    }

    private static BdevOptions options(Config config) {
        return BdevOptions.of(
                config.hotbay_bdev_name(),
                config.size(),
                config.block__size(),
                config.physical__block__size(),
                config.uuid(),
                config.readonly());
    }

    /** Takes another configuration as a whole, or not at all. */
    @Modified
    void modified(Config config) {
        try {
            change(options(config));
            refused = null;
        } catch (IllegalArgumentException e) {
            refused = e.getMessage();
            logger.error("bdev {} goes on as it was: {}", name(), e.getMessage());
        }
    }

    @Override
    public String product() {
        return "Null disk";
    }

    @Override
    public BlockChannel open(BlockRequests requests) {
        return new NullChannel(this);
    }

    /** There are never any contents. */
    @Override
    public long dataEnd(long from) {
        return from;
    }

    @Override
    public Optional<String> refusedResize() {
        return Optional.ofNullable(refused);
    }
}
