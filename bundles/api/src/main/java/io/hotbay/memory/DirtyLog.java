// SPDX-License-Identifier: Apache-2.0
package io.hotbay.memory;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Notes which pages of guest memory the device has written to, so that a live migration copies them again: the log of
 * SET_LOG_BASE (vhost-user specification, "Migration"). Any thread; a call allocates nothing and does not block.
 */
@ProviderType
public interface DirtyLog {
    /**
     * Notes a write, after the bytes are there and before the driver is told. What lies outside the log is passed over.
     *
     * @param guestAddress guest physical address of the first byte
     * @param length bytes, 0 to 2^32 - 1
     */
    void mark(long guestAddress, long length);
}
