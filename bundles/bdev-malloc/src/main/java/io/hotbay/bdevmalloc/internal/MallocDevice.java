// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevmalloc.internal;

import io.hotbay.bdev.BdevOptions;
import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.ByteSize;
import io.hotbay.bdev.ConfiguredDevice;
import io.hotbay.bdev.ResizableDevice;
import io.hotbay.linux.CopyList;
import io.hotbay.memory.MemoryLease;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
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
public final class MallocDevice extends ConfiguredDevice implements ResizableDevice {
    static final String BDEV_TYPE = "malloc";
    static final String FACTORY_PID = BlockDevice.FACTORY_PID_PREFIX + BDEV_TYPE;

    /** Clearing this much takes about a millisecond, which the other queues of the reactor can wait. */
    private static final long DISCARD_LIMIT = 8L << 20;

    private static final String SERVICE_PID = "service.pid";

    private final String pid;
    private final LeaseKeeper keeper;
    private final Logger logger;
    private final DiskMemory memory;
    /** Where the disk's contents were before, whose memory channels may still work on. */
    private final Set<String> formerStorages = new HashSet<>();

    /** What the contents are kept under: the disk's name, unless it has been migrated. */
    private String storage;

    private volatile String refused;
    private boolean ended;

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
        super(options(config));
        this.keeper = keeper;
        this.logger = logger;
        pid = String.valueOf(properties.get(SERVICE_PID));
        storage = storage(options(), properties);
        MemoryLease lease =
                keeper.take(pid, storage, options().size(), config.numa__node(), mayCut(options(), properties));
        memory = new DiskMemory(new LeasedStore(lease), () -> keeper.later(this::giveUnusedBack));
        logger.info(
                "bdev {}: {} in {} pages{}",
                name(),
                ByteSize.format(options().size()),
                ByteSize.format(lease.pageSize()),
                CopyList.obstacle()
                        .map(obstacle -> "; copied by the JVM, which is slower, as " + obstacle)
                        .orElse(""));
    }

    private static BdevOptions options(Config config) {
        BdevOptions options = BdevOptions.of(
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
        return options;
    }

    private static String storage(BdevOptions options, Map<String, Object> properties) {
        return properties.get(STORAGE) instanceof String other ? other : options.name();
    }

    private static boolean mayCut(BdevOptions options, Map<String, Object> properties) {
        Object cut = properties.get(CUT);
        try {
            return cut != null && ByteSize.parse(cut.toString()) == options.size();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * Takes another configuration as a whole, or not at all. Channels that are open go on with the memory they know; requests beyond
     * the end fail from now on.
     */
    @Modified
    synchronized void modified(Config config, Map<String, Object> properties) {
        try {
            BdevOptions next = options(config);
            if (storage(next, properties).equals(storage)) {
                resize(next, mayCut(next, properties));
            } else {
                exchange(next, storage(next, properties), config.numa__node(), mayCut(next, properties));
            }
            refused = null;
        } catch (IOException | IllegalArgumentException e) {
            refused = e.getMessage();
            logger.error("bdev {} goes on as it was: {}", name(), e.getMessage());
        }
        giveUnusedBack();
    }

    private void resize(BdevOptions next, boolean cut) throws IOException {
        BdevOptions before = options();
        if (next.size() == before.size()) {
            change(next);
            return;
        }
        LeaseKeeper.refuseLoss(name(), memory.store(), next.size(), cut);
        if (next.size() < before.size()) {
            change(next);
        }
        try {
            memory.replace(new LeasedStore(keeper.resize(storage, next.size())));
        } catch (IOException e) {
            change(before);
            throw e;
        }
        change(next);
        logger.info(
                "bdev {}: resized from {} to {}", name(), ByteSize.format(before.size()), ByteSize.format(next.size()));
    }

    /** With another storage it is another disk. */
    private void exchange(BdevOptions next, String other, int node, boolean cut) throws IOException {
        MemoryLease lease = keeper.take(pid, other, next.size(), node, cut);
        formerStorages.add(storage);
        storage = other;
        memory.replace(new LeasedStore(lease));
        change(next);
    }

    /** Gives back the memory that only channels from before a change needed, when the last of them has closed. */
    private synchronized void giveUnusedBack() {
        if (ended || memory.hasFormerChannels()) {
            return;
        }
        keeper.trim(storage);
        retireFormerStorages();
        formerStorages.clear();
    }

    private void retireFormerStorages() {
        for (String former : formerStorages) {
            keeper.retire(former);
        }
    }

    @Deactivate
    synchronized void deactivate() {
        ended = true;
        retireFormerStorages();
        keeper.giveBack(pid);
    }

    @Override
    public String product() {
        return "Malloc disk";
    }

    @Override
    public long discardLimit() {
        return DISCARD_LIMIT;
    }

    @Override
    public BlockChannel open(BlockRequests requests) {
        return new MallocChannel(this, memory);
    }

    @Override
    public long dataEnd(long from) {
        return memory.store().dataEnd(from);
    }

    @Override
    public Optional<String> refusedResize() {
        return Optional.ofNullable(refused);
    }
}
