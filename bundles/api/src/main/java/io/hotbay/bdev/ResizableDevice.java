// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

import java.io.IOException;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A block device that takes another {@code size} of its configuration while it is in use. Such a component has a {@code @Modified}
 * method; it is registered as a {@link BlockDevice}, and whoever resizes it looks whether it is a {@code ResizableDevice} too.
 *
 * <p>The size is changed in the configuration and nowhere else, so it outlives a restart. When the service's properties show
 * the new size, {@link #blocks()} tells it as well, or {@link #refusedResize()} tells why not. Users of the device are told by the
 * change of its service properties; they close their channels and open new ones. Until then channels from before go on
 * working, and answer requests beyond the end of the device with {@link BlockStatus#OUT_OF_RANGE} (vhost-user specification,
 * {@code VHOST_USER_BACKEND_CONFIG_CHANGE_MSG}; virtio 1.2, 5.2.4, field {@code capacity}).
 *
 * <p>All methods may be called on any thread.
 */
@ConsumerType
public interface ResizableDevice extends BlockDevice {
    /**
     * Key in the configuration of a bdev: the size, written as in {@code size}, at which contents beyond the end may be cut off.
     * Without it, or with any other size, a device refuses to become smaller than its contents. Whoever resizes the bdev
     * later removes it.
     */
    String CUT = "hotbay.bdev.cut";

    /**
     * Where the contents end: the offset in bytes behind the last byte that would be missed if the device ended before it. What is
     * written meanwhile may be overlooked. May take as long as reading the device does.
     *
     * @param from where to begin looking, in bytes, from 0 to the capacity
     * @return {@code from} when nothing would be missed from there on; at most the capacity
     * @throws IOException if the contents cannot be read
     */
    long dataEnd(long from) throws IOException;

    /** Why the device does not have the size that is configured; empty when it has. The message names the bdev. */
    Optional<String> refusedResize();
}
