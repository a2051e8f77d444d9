// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevnull.internal;

import io.hotbay.bdev.BdevOptions;
import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdev.IoStatistics;
import java.util.UUID;
import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
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
public final class NullDevice implements BlockDevice {
    static final String BDEV_TYPE = "null";
    static final String FACTORY_PID = BlockDevice.FACTORY_PID_PREFIX + BDEV_TYPE;

    private final BdevOptions options;
    private final IoStatistics statistics = new IoStatistics();

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
    public NullDevice(Config config) {
        options = BdevOptions.of(
                config.hotbay_bdev_name(),
                config.size(),
                config.block__size(),
                config.physical__block__size(),
                config.uuid(),
                config.readonly());
    }

    @Override
    public String name() {
        return options.name();
    }

    @Override
    public String product() {
        return "Null disk";
    }

    @Override
    public UUID uuid() {
        return options.uuid();
    }

    @Override
    public int blockSize() {
        return options.blockSize();
    }

    @Override
    public long blocks() {
        return options.blocks();
    }

    @Override
    public int physicalBlockSize() {
        return options.physicalBlockSize();
    }

    @Override
    public boolean readOnly() {
        return options.readOnly();
    }

    @Override
    public boolean supports(int type) {
        return type >= 0 && type < BlockType.COUNT;
    }

    @Override
    public BlockChannel open(BlockRequests requests) {
        return new NullChannel(options);
    }

    @Override
    public IoStatistics statistics() {
        return statistics;
    }
}
