// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import io.hotbay.linux.Descriptor;

/**
 * The memory in which a back-end records requests in flight; a front-end only keeps it and hands it back.
 *
 * @param descriptor its file, owned by this object
 * @param size bytes of the region
 * @param offset where it starts in the file
 * @param queues number of queues it was made for
 * @param queueSize size of each of these queues
 */
public record InflightRegion(Descriptor descriptor, long size, long offset, int queues, int queueSize)
        implements AutoCloseable {
    @Override
    public void close() {
        descriptor.close();
    }
}
