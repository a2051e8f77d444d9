// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.wire;

import java.nio.ByteBuffer;

/**
 * "inflight": where requests under way are recorded (vhost-user specification, "Inflight description").
 *
 * <pre>
 *   0           8             16       18           20        24
 *   | mmap size | mmap offset | queues | queue size | padding |
 * </pre>
 *
 * <p>The padding comes from the C structure that front-ends send; some leave it out.
 *
 * @param mmapSize bytes of the region
 * @param mmapOffset where it starts in its file
 * @param queues number of queues it is for
 * @param queueSize descriptors of the largest ring it is for
 */
public record InFlightDescription(long mmapSize, long mmapOffset, int queues, int queueSize) {
    /** Bytes of the structure without padding. */
    public static final int SIZE = 20;
    /** Bytes of the structure with padding. */
    public static final int PADDED_SIZE = 24;

    private static final int MMAP_SIZE = 0;
    private static final int MMAP_OFFSET = 8;
    private static final int QUEUES = 16;
    private static final int QUEUE_SIZE = 18;
    private static final int UNSIGNED = 0xffff;

    /** Reads the fields. */
    public static InFlightDescription read(ByteBuffer payload) {
        return new InFlightDescription(
                payload.getLong(MMAP_SIZE),
                payload.getLong(MMAP_OFFSET),
                payload.getShort(QUEUES) & UNSIGNED,
                payload.getShort(QUEUE_SIZE) & UNSIGNED);
    }

    /** Writes the fields. */
    public void put(ByteBuffer payload) {
        payload.putLong(MMAP_SIZE, mmapSize)
                .putLong(MMAP_OFFSET, mmapOffset)
                .putShort(QUEUES, (short) queues)
                .putShort(QUEUE_SIZE, (short) queueSize);
    }

    @Override
    public String toString() {
        return "in-flight region for " + queues + " queues of " + queueSize;
    }
}
