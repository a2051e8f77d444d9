// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

import java.util.UUID;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A base for bdevs whose size and identity come from their configuration: answers what {@link BdevOptions} answer, and counts.
 * What is left to do is to open channels, to say what it is, and perhaps {@link #discardLimit()} and {@link #writeCache()}.
 *
 * <pre>
 *   &#64;Component(name = "io.hotbay.bdev.x", configurationPolicy = REQUIRE, service = BlockDevice.class, …)
 *   public final class XDevice extends ConfiguredDevice {
 *       &#64;Activate
 *       public XDevice(Config config) {
 *           super(BdevOptions.of(config.hotbay_bdev_name(), config.size(), …));
 *       }
 * </pre>
 *
 * All methods may be called on any thread.
 */
@ConsumerType
public abstract class ConfiguredDevice implements BlockDevice {
    private final IoStatistics statistics = new IoStatistics();
    private volatile BdevOptions options;

    /** Begins with options that have been checked. */
    protected ConfiguredDevice(BdevOptions options) {
        this.options = options;
    }

    /** The options as they are now. Channels ask for them once a batch: they may change while a channel is open. */
    public final BdevOptions options() {
        return options;
    }

    /** Goes over to other options. Requests that channels look at from now on are held against these. */
    protected final void change(BdevOptions changed) {
        options = changed;
    }

    @Override
    public final String name() {
        return options.name();
    }

    @Override
    public final UUID uuid() {
        return options.uuid();
    }

    @Override
    public final int blockSize() {
        return options.blockSize();
    }

    @Override
    public final long blocks() {
        return options.blocks();
    }

    @Override
    public final int physicalBlockSize() {
        return options.physicalBlockSize();
    }

    @Override
    public final boolean readOnly() {
        return options.readOnly();
    }

    /** All types there are, unless overridden. */
    @Override
    public boolean supports(int type) {
        return type >= 0 && type < BlockType.COUNT;
    }

    @Override
    public final IoStatistics statistics() {
        return statistics;
    }
}
