// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevuring.internal;

import io.hotbay.bdev.BdevOptions;
import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdev.ByteSize;
import io.hotbay.bdev.ConfiguredDevice;
import io.hotbay.bdev.ResizableDevice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
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

/** A bdev in a file or on a block device of the host. */
@Component(
        name = UringDevice.FACTORY_PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        immediate = true,
        service = BlockDevice.class,
        property = BlockDevice.TYPE + "=" + UringDevice.BDEV_TYPE)
@Designate(ocd = UringDevice.Config.class, factory = true)
@Capability(namespace = "io.hotbay.bdev", attribute = "type=" + UringDevice.BDEV_TYPE)
public final class UringDevice extends ConfiguredDevice implements ResizableDevice {
    static final String BDEV_TYPE = "uring";
    static final String FACTORY_PID = BlockDevice.FACTORY_PID_PREFIX + BDEV_TYPE;

    private static final int SMALLEST_BLOCK = 512;

    /** A discard is carried out by a worker of the kernel, which others need not wait for. */
    private static final long DISCARD_LIMIT = 1L << 30;

    private final DiskFile file;
    private final Opening opening;
    private final FailureLog failures;
    private final Logger logger;
    private volatile String refused;

    /** What cannot change while the file is open. */
    private record Opening(String filename, boolean direct, boolean readOnly) {
        static Opening of(Config config) {
            return new Opening(config.filename(), config.direct(), config.readonly());
        }
    }

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
        this(config, open(config), logger);
    }

    private UringDevice(Config config, DiskFile file, Logger logger) throws IOException {
        super(optionsOrClose(config, file));
        this.file = file;
        this.logger = logger;
        opening = Opening.of(config);
        failures = new FailureLog(this::name, file.path(), logger);
        logger.info(
                "bdev {}: {} of {}{}",
                name(),
                ByteSize.format(options().size()),
                file.path(),
                file.isDirect() ? ", without the page cache" : "");
    }

    private static BdevOptions optionsOrClose(Config config, DiskFile file) throws IOException {
        try {
            return options(config, file);
        } catch (IOException | RuntimeException e) {
            file.giveUp();
            throw e;
        }
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

    private static DiskFile open(Config config) throws IOException {
        String name = config.hotbay_bdev_name();
        if (config.filename() == null || config.filename().isBlank()) {
            throw new IllegalArgumentException(
                    "bdev " + name + ": option filename is missing: give it, such as filename=/var/lib/disk.img");
        }
        if (!Path.of(config.filename()).isAbsolute()) {
            throw new IllegalArgumentException("bdev " + name + ": filename \"" + config.filename()
                    + "\" must be an absolute path, one that begins with /");
        }
        long size = size(config);
        if (config.create() && size == 0) {
            throw new IllegalArgumentException("bdev " + name + ": create=true needs a size, such as size=1GiB");
        }
        try {
            return DiskFile.open(
                    Path.of(config.filename()), config.readonly(), config.direct(), config.create() ? size : 0);
        } catch (IOException e) {
            throw new IOException("bdev " + name + ": " + e.getMessage(), e);
        }
    }

    private static BdevOptions options(Config config, DiskFile file) throws IOException {
        String name = config.hotbay_bdev_name();
        long wanted = size(config);
        long present = file.size();
        if (wanted > present) {
            throw new IOException("bdev " + name + ": " + file.path() + " has " + ByteSize.format(present)
                    + ", less than size says: give a smaller size or none, or enlarge the file");
        }
        int blockSize =
                config.block__size() == 0 ? Math.max(SMALLEST_BLOCK, file.smallestBlock()) : config.block__size();
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

    /** Takes another configuration as a whole, or not at all. */
    @Modified
    void modified(Config config, Map<String, Object> properties) {
        try {
            if (!Opening.of(config).equals(opening)) {
                throw new IOException("filename, direct and readonly cannot change while it is in use:"
                        + " delete it and create it anew");
            }
            resizeFile(size(config), properties);
            change(options(config, file));
            refused = null;
        } catch (IOException | IllegalArgumentException e) {
            refused = e.getMessage();
            logger.error("bdev {} goes on as it was: {}", name(), e.getMessage());
        }
    }

    private void resizeFile(long wanted, Map<String, Object> properties) throws IOException {
        long present = file.size();
        if (wanted == 0 || wanted == present || file.isBlockDevice() && wanted < present) {
            return;
        }
        if (wanted < present && !isCutAllowed(wanted, properties) && dataEnd(wanted) > wanted) {
            throw new IOException("bdev " + name() + " has contents beyond " + ByteSize.format(wanted)
                    + ": use --force to lose them");
        }
        if (wanted % blockSize() == 0) {
            file.resize(wanted);
        }
    }

    private static boolean isCutAllowed(long wanted, Map<String, Object> properties) {
        Object cut = properties.get(CUT);
        return cut != null && ByteSize.parse(cut.toString()) == wanted;
    }

    @Deactivate
    void deactivate() {
        file.close();
    }

    @Override
    public String product() {
        return "URING bdev";
    }

    /** What is written lies in the host's page cache, or in that of its disk, until a flush. */
    @Override
    public boolean writeCache() {
        return true;
    }

    @Override
    public boolean supports(int type) {
        return super.supports(type) && type != BlockType.RESET;
    }

    @Override
    public long discardLimit() {
        return DISCARD_LIMIT;
    }

    @Override
    public BlockChannel open(BlockRequests requests) throws IOException {
        return new UringChannel(this, file, failures, requests);
    }

    /** What has been written to a file ends with its last piece that is no hole; a device has contents everywhere. */
    @Override
    public long dataEnd(long from) throws IOException {
        return file.isBlockDevice() ? options().size() : Math.max(from, file.lastData(from));
    }

    @Override
    public Optional<String> refusedResize() {
        return Optional.ofNullable(refused);
    }
}
