// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevmalloc.internal;

import io.hotbay.bdev.BdevOptions;
import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdev.ByteSize;
import io.hotbay.bdev.IoStatistics;
import io.hotbay.memory.MemoryLease;
import java.io.IOException;
import java.util.Map;
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

/** A bdev in leased memory. Its contents stay while this bundle is stopped or updated, and go with its configuration. */
@Component(
        name = MallocDevice.FACTORY_PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        immediate = true,
        service = BlockDevice.class,
        property = BlockDevice.TYPE + "=" + MallocDevice.BDEV_TYPE)
@Designate(ocd = MallocDevice.Config.class, factory = true)
@Capability(namespace = "io.hotbay.bdev", attribute = "type=" + MallocDevice.BDEV_TYPE)
public final class MallocDevice implements BlockDevice {
    static final String BDEV_TYPE = "malloc";
    static final String FACTORY_PID = BlockDevice.FACTORY_PID_PREFIX + BDEV_TYPE;

    /** Clearing this much takes about a millisecond, which the other queues of the reactor can wait. */
    private static final long DISCARD_LIMIT = 8L << 20;

    private static final String SERVICE_PID = "service.pid";

    private final BdevOptions options;
    private final String pid;
    private final LeaseKeeper keeper;
    private final LeasedStore store;
    private final IoStatistics statistics = new IoStatistics();

    /** Configuration of a malloc bdev. */
    @ObjectClassDefinition(
            name = "Malloc bdev",
            description = "A block device in memory, from hugepages if there are any.")
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

        @AttributeDefinition(
                name = "NUMA node",
                description = "NUMA node to take the memory from, or -1 for any.",
                min = "-1",
                required = false)
        int numa__node() default -1;
    }

    /**
     * Makes the bdev of a configuration.
     *
     * @throws IOException if there is no memory for it
     */
    @Activate
    public MallocDevice(
            Config config,
            Map<String, Object> properties,
            @Reference LeaseKeeper keeper,
            @Reference(service = LoggerFactory.class) Logger logger)
            throws IOException {
        options = BdevOptions.of(
                config.hotbay_bdev_name(),
                config.size(),
                config.block__size(),
                config.physical__block__size(),
                config.uuid(),
                config.readonly());
        if (config.numa__node() < -1) {
            throw new IllegalArgumentException("bdev " + options.name() + ": numa_node is " + config.numa__node()
                    + ": must be the number of a node, or -1 for any");
        }
        this.keeper = keeper;
        pid = String.valueOf(properties.get(SERVICE_PID));
        MemoryLease lease = keeper.take(pid, options.name(), options.size(), config.numa__node());
        store = new LeasedStore(lease);
        logger.info(
                "bdev {}: {} in {} pages", name(), ByteSize.format(options.size()), ByteSize.format(lease.pageSize()));
    }

    @Deactivate
    void deactivate() {
        keeper.giveBack(pid);
    }

    @Override
    public String name() {
        return options.name();
    }

    @Override
    public String product() {
        return "Malloc disk";
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
    public long discardLimit() {
        return DISCARD_LIMIT;
    }

    @Override
    public BlockChannel open(BlockRequests requests) {
        return new MallocChannel(options, store);
    }

    @Override
    public IoStatistics statistics() {
        return statistics;
    }
}
