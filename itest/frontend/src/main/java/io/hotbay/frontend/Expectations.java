// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

/**
 * What a disk under test is known to be. It must have at least 64 blocks, and 32 more for each queue.
 *
 * @param capacity bytes
 * @param blockSize bytes of a logical block
 * @param queues number of queues to use, which the disk must have
 * @param id the text that GET_ID is to bring, or null for any
 * @param readOnly whether it must refuse to write
 * @param pausesDisabledRings whether a disabled ring is to be left alone, as the specification has it
 */
public record Expectations(
        long capacity, int blockSize, int queues, String id, boolean readOnly, boolean pausesDisabledRings) {
    /** A writable disk that keeps to the specification, with any id. */
    public static Expectations of(long capacity, int blockSize, int queues) {
        return new Expectations(capacity, blockSize, queues, null, false, true);
    }

    /** The same with a known id. */
    public Expectations withId(String known) {
        return new Expectations(capacity, blockSize, queues, known, readOnly, pausesDisabledRings);
    }

    /** The same with another number of queues. */
    public Expectations withQueues(int number) {
        return new Expectations(capacity, blockSize, number, id, readOnly, pausesDisabledRings);
    }

    /** The same as a read-only disk. */
    public Expectations asReadOnly() {
        return new Expectations(capacity, blockSize, queues, id, true, pausesDisabledRings);
    }

    /** The same for a back-end that takes no notice of a ring being disabled, as libvhost-user's. */
    public Expectations ignoringDisabledRings() {
        return new Expectations(capacity, blockSize, queues, id, readOnly, false);
    }

    long sectors() {
        return capacity / BlockDriver.SECTOR;
    }
}
