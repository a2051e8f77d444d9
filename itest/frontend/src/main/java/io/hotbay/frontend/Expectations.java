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
 * @param libvhostUser whether it is built on that library, which takes no notice of a disabled ring and ends the process
 *     when the dirty log is too small
 */
public record Expectations(
        long capacity, int blockSize, int queues, String id, boolean readOnly, boolean libvhostUser) {
    /** A writable disk that keeps to the specification, with any id. */
    public static Expectations of(long capacity, int blockSize, int queues) {
        return new Expectations(capacity, blockSize, queues, null, false, false);
    }

    /** The same with a known id. */
    public Expectations withId(String known) {
        return new Expectations(capacity, blockSize, queues, known, readOnly, libvhostUser);
    }

    /** The same with another number of queues. */
    public Expectations withQueues(int number) {
        return new Expectations(capacity, blockSize, number, id, readOnly, libvhostUser);
    }

    /** The same as a read-only disk. */
    public Expectations asReadOnly() {
        return new Expectations(capacity, blockSize, queues, id, true, libvhostUser);
    }

    /** The same for a back-end made of libvhost-user. */
    public Expectations ofLibvhostUser() {
        return new Expectations(capacity, blockSize, queues, id, readOnly, true);
    }

    long sectors() {
        return capacity / BlockDriver.SECTOR;
    }
}
