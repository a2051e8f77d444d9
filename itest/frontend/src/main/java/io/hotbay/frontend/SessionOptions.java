// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

/**
 * What a session is to use; the rest is its profile's habit.
 *
 * @param queues number of queues
 * @param queueSize number of descriptors, or 0 for what the profile uses
 * @param memorySize bytes of guest memory
 * @param refusedFeatures {@link DeviceFeatures} that the guest's driver is not to take
 * @param hugepageSize bytes of the pages of guest memory, or 0 for ordinary ones
 * @param packed whether to use packed rings where the front-end knows them and the back-end offers them
 * @param timeoutMillis how long an answer of the back-end may take
 */
public record SessionOptions(
        int queues,
        int queueSize,
        long memorySize,
        long refusedFeatures,
        long hugepageSize,
        boolean packed,
        int timeoutMillis) {
    /** One queue, 16 MiB of ordinary memory, all features, split rings. */
    public static final SessionOptions DEFAULT = new SessionOptions(1, 0, 16 << 20, 0, 0, false, 10_000);

    /** The same with another number of queues. */
    public SessionOptions withQueues(int number) {
        return new SessionOptions(number, queueSize, memorySize, refusedFeatures, hugepageSize, packed, timeoutMillis);
    }

    /** The same with another size of the queues. */
    public SessionOptions withQueueSize(int size) {
        return new SessionOptions(queues, size, memorySize, refusedFeatures, hugepageSize, packed, timeoutMillis);
    }

    /** The same with another size of the guest's memory. */
    public SessionOptions withMemorySize(long size) {
        return new SessionOptions(queues, queueSize, size, refusedFeatures, hugepageSize, packed, timeoutMillis);
    }

    /** The same without some features more. */
    public SessionOptions without(long features) {
        return new SessionOptions(
                queues, queueSize, memorySize, refusedFeatures | features, hugepageSize, packed, timeoutMillis);
    }

    /** The same with guest memory made of hugepages. */
    public SessionOptions withHugepages(long pageSize) {
        return new SessionOptions(queues, queueSize, memorySize, refusedFeatures, pageSize, packed, timeoutMillis);
    }

    /** The same with packed rings. */
    public SessionOptions withPackedRings() {
        return new SessionOptions(queues, queueSize, memorySize, refusedFeatures, hugepageSize, true, timeoutMillis);
    }

    /** The same with another patience. */
    public SessionOptions withTimeout(int millis) {
        return new SessionOptions(queues, queueSize, memorySize, refusedFeatures, hugepageSize, packed, millis);
    }
}
