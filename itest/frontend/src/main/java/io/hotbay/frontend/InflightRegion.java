// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.Mapping;
import io.hotbay.linux.Memfd;
import java.io.IOException;

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
    /** Makes an empty region, of queues with so many bytes each, as a back-end does. */
    public static InflightRegion create(int queues, int queueSize, int bytesOfQueue) throws IOException {
        long size = (long) queues * bytesOfQueue;
        return new InflightRegion(Memfd.create("frontend-inflight", size), size, 0, queues, queueSize);
    }

    /** Maps it here, to look into it. */
    public Mapping map() throws IOException {
        return Mapping.of(descriptor, offset, size);
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
