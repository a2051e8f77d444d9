// SPDX-License-Identifier: Apache-2.0
package com.example.bdevpattern;

import io.hotbay.bdev.BdevOptions;
import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdev.ConfiguredDevice;
import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * A read-only bdev whose content is computed: each 64-bit word, little-endian, is the number of its first byte on the disk, xored
 * with the seed. One is made for each configuration that {@code bdev:create pattern NAME size=…} writes.
 */
@Component(
        name = PatternDevice.FACTORY_PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        immediate = true,
        service = BlockDevice.class,
        property = BlockDevice.TYPE + "=" + PatternDevice.BDEV_TYPE)
@Designate(ocd = PatternDevice.Config.class, factory = true)
@Capability(namespace = "io.hotbay.bdev", attribute = "type=" + PatternDevice.BDEV_TYPE)
public final class PatternDevice extends ConfiguredDevice {
    static final String BDEV_TYPE = "pattern";
    static final String FACTORY_PID = BlockDevice.FACTORY_PID_PREFIX + BDEV_TYPE;

    private final long seed;

    /** The options: what bdev:types shows. A double underscore is an underscore in the option, a single one a dot. */
    @ObjectClassDefinition(name = "Pattern bdev", description = "A read-only block device whose content is computed.")
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

        @AttributeDefinition(name = "Seed", description = "Tells the contents of two disks apart.", required = false)
        long seed() default 0;
    }

    /** Checks the options; what is thrown here is shown to whoever creates the bdev. */
    @Activate
    public PatternDevice(Config config) {
        super(BdevOptions.of(config.hotbay_bdev_name(), config.size(), config.block__size(), 0, "", true));
        seed = config.seed();
    }

    @Override
    public String product() {
        return "Pattern disk";
    }

    @Override
    public boolean supports(int type) {
        return type == BlockType.READ || type == BlockType.FLUSH;
    }

    @Override
    public BlockChannel open(BlockRequests requests) {
        return new PatternChannel(options(), seed);
    }
}
