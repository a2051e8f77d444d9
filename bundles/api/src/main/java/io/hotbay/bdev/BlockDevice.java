// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

import java.io.IOException;
import java.util.UUID;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A block device (bdev): the service a backend bundle offers. Register it with the properties {@link #NAME} and {@link #TYPE}; a
 * declarative services component with the factory PID {@code io.hotbay.bdev.<type>} gets both from its configuration.
 *
 * <p>All methods may be called on any thread, unless they say otherwise, and do not block. A device and its channels outlive
 * nothing: when the component is deactivated its channels have been closed before.
 *
 * <p>What a device says of itself is asked when a user begins to work with it, and stays true until the device's service properties
 * change; then users close their channels, ask again and open new ones. A device that changes must cope with channels from before
 * for that moment, see {@link ResizableDevice}. {@link ConfiguredDevice} is a base to build on.
 */
@ConsumerType
public interface BlockDevice {
    /** Service property: the bdev's name, unique in the target. */
    String NAME = "hotbay.bdev.name";

    /** Service property: the bdev's type, such as {@code malloc}; the last part of its factory PID. */
    String TYPE = "hotbay.bdev.type";

    /**
     * Key in the configuration of a bdev that was, or is being, migrated: the name under which a backend that keeps contents by name
     * keeps those of this bdev. Without it that is the bdev's own name. A bdev can then have another name and keep its contents.
     */
    String STORAGE = "hotbay.bdev.storage";

    /** Key in the configuration of a bdev that is only a part of a migration: the name of the bdev that is migrated. */
    String MIGRATION = "hotbay.bdev.migration";

    /** Service property of what stands in for a bdev while that is migrated: true. */
    String MIRROR = "hotbay.bdev.mirror";

    /** Factory PIDs of bdevs start with this; what follows is the type. */
    String FACTORY_PID_PREFIX = "io.hotbay.bdev.";

    /** Its name. */
    String name();

    /** What it is, for people: "Malloc disk". */
    String product();

    /** A UUID that stays the same over restarts. */
    UUID uuid();

    /** Logical block size in bytes: a power of two from 512 to 65536. Offsets and lengths of requests are multiples of it. */
    int blockSize();

    /** Capacity in blocks of {@link #blockSize()}: at least 1, but 0 for what stands in for a bdev that has been deleted. */
    long blocks();

    /** Physical block size in bytes: the unit that is written without reading first. */
    default int physicalBlockSize() {
        return blockSize();
    }

    /** Best size of a request in bytes, or 0 when there is none. */
    default int optimalIoSize() {
        return 0;
    }

    /** Whether writes are refused. */
    default boolean readOnly() {
        return false;
    }

    /** Whether completed writes may be lost in a power failure until a flush. */
    default boolean writeCache() {
        return false;
    }

    /** Whether requests of a {@link BlockType} are done rather than answered with {@link BlockStatus#UNSUPPORTED}. */
    boolean supports(int type);

    /** Largest discard or write-zeroes request in bytes, at least one block; larger ones are not submitted. */
    default long discardLimit() {
        return 1L << 30;
    }

    /**
     * Opens a channel for one queue. Called on the thread that will use the channel, usually a reactor's; must not block for long.
     * There may be any number of channels at a time.
     *
     * @param requests the table of requests that the channel will be handed; it belongs to the caller
     * @throws IOException if the device cannot be used just now; the message names it and says why
     */
    BlockChannel open(BlockRequests requests) throws IOException;

    /** Counters over all channels, also those already closed. */
    IoStatistics statistics();
}
