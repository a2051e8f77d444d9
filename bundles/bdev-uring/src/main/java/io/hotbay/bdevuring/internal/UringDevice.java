// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevuring.internal;

import io.hotbay.bdev.BdevOptions;
import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdev.ByteSize;
import io.hotbay.bdev.IoStatistics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** A bdev in a file or on a block device of the host. */
@Component(
        name = UringDevice.FACTORY_PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        immediate = true,
        service = BlockDevice.class,
        property = BlockDevice.TYPE + "=" + UringDevice.BDEV_TYPE)
@Designate(ocd = UringDevice.Config.class, factory = true)
@Capability(namespace = "io.hotbay.bdev", attribute = "type=" + UringDevice.BDEV_TYPE)
public final class UringDevice implements BlockDevice {
    static final String BDEV_TYPE = "uring";
    static final String FACTORY_PID = BlockDevice.FACTORY_PID_PREFIX + BDEV_TYPE;

    /** A discard is carried out by a worker of the kernel, which others need not wait for. */
    private static final long DISCARD_LIMIT = 1L << 30;

    private final DiskFile file;
    private final BdevOptions options;
    private final FailureLog failures;
    private final IoStatistics statistics = new IoStatistics();

    /** Configuration of a uring bdev. */
    @ObjectClassDefinition(
            name = "io_uring bdev",
            description = "A block device in a file or on a block device of the host.")
    @interface Config {
        @AttributeDefinition(name = "Name", description = "Name of the bdev, unique in the target.")
        String hotbay_bdev_name();

        @AttributeDefinition(name = "File name", description = "Path of the file or block device.")
        String filename();

        @AttributeDefinition(
                name = "Size",
                description = "Capacity: bytes, or with a unit such as 64MiB or 1G. Empty: all of the file.",
                required = false)
        String size() default "";

        @AttributeDefinition(
                name = "Create",
                description = "Whether to make the file, sparse, with the given size if there is none.",
                required = false)
        boolean create() default false;

        @AttributeDefinition(
                name = "Direct",
                description = "Whether to go around the host's page cache (O_DIRECT).",
                required = false)
        boolean direct() default false;

        @AttributeDefinition(
                name = "Block size",
                description = "Logical block size in bytes: a power of two; 0 for 512 or what the device or direct"
                        + " I/O needs.",
                min = "0",
                max = "65536",
                required = false)
        int block__size() default 0;

        @AttributeDefinition(
                name = "Physical block size",
                description = "Physical block size in bytes: a power of two, or 0 for that of the device.",
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

    /**
     * Makes the bdev of a configuration.
     *
     * @throws IOException if the file cannot be used
     */
    @Activate
    public UringDevice(Config config, @Reference(service = LoggerFactory.class) Logger logger) throws IOException {
        String name = config.hotbay_bdev_name();
        if (config.filename() == null || config.filename().isBlank()) {
            throw new IllegalArgumentException(
                    "bdev " + name + ": option filename is missing: give it, such as filename=/var/lib/disk.img");
        }
        long size = size(config);
        if (config.create() && size == 0) {
            throw new IllegalArgumentException("bdev " + name + ": create=true needs a size, such as size=1GiB");
        }
        file = open(config, size);
        try {
            options = options(config, size);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
        failures = new FailureLog(name, logger);
        logger.info(
                "bdev {}: {} of {}{}",
                name,
                ByteSize.format(options.size()),
                file.path(),
                file.isDirect() ? ", without the page cache" : "");
    }

    private static long size(Config config) {
        if (config.size() == null || config.size().isBlank()) {
            return 0;
        }
        try {
            return ByteSize.parse(config.size());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("bdev " + config.hotbay_bdev_name() + ": size " + e.getMessage(), e);
        }
    }

    private static DiskFile open(Config config, long size) throws IOException {
        try {
            return DiskFile.open(
                    Path.of(config.filename()), config.readonly(), config.direct(), config.create() ? size : 0);
        } catch (IOException e) {
            throw new IOException("bdev " + config.hotbay_bdev_name() + ": " + e.getMessage(), e);
        }
    }

    private BdevOptions options(Config config, long wanted) throws IOException {
        String name = config.hotbay_bdev_name();
        long present = file.size();
        if (wanted > present) {
            throw new IOException("bdev " + name + ": " + file.path() + " has " + ByteSize.format(present)
                    + ", less than size says: give a smaller size or none, or enlarge the file");
        }
        int blockSize = config.block__size() == 0 ? Math.max(512, file.smallestBlock()) : config.block__size();
        if (blockSize < file.smallestBlock()) {
            throw new IOException("bdev " + name + ": block_size is " + blockSize + ", but " + file.path() + " needs "
                    + file.smallestBlock() + (file.isDirect() ? " for direct I/O" : "") + " at least");
        }
        int physical = config.physical__block__size() == 0 ? file.physicalBlock() : config.physical__block__size();
        return BdevOptions.of(
                name,
                Long.toString(wanted == 0 ? present : wanted),
                blockSize,
                Math.max(physical, blockSize),
                config.uuid(),
                config.readonly());
    }

    @Deactivate
    void deactivate() {
        file.close();
    }

    @Override
    public String name() {
        return options.name();
    }

    @Override
    public String product() {
        return "URING bdev";
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

    /** What is written lies in the host's page cache, or in that of its disk, until a flush. */
    @Override
    public boolean writeCache() {
        return true;
    }

    @Override
    public boolean supports(int type) {
        return type >= 0 && type < BlockType.COUNT && type != BlockType.RESET;
    }

    @Override
    public long discardLimit() {
        return DISCARD_LIMIT;
    }

    @Override
    public BlockChannel open(BlockRequests requests) throws IOException {
        return new UringChannel(options, file, failures, requests);
    }

    @Override
    public IoStatistics statistics() {
        return statistics;
    }
}
