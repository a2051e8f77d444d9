// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.memory;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.LinuxException;
import io.hotbay.vhostuser.internal.wire.InFlightDescription;
import io.hotbay.vhostuser.internal.wire.MessageRefusedException;
import io.hotbay.vhostuser.internal.wire.MessageType;
import io.hotbay.vhostuser.internal.wire.Transcript;
import java.nio.ByteBuffer;

/**
 * The file in which rings record what is under way, and which the front-end keeps for the next connection; one part for each queue,
 * one behind the other. What is in a part only the rings know. Under the controller's lock, and counted like a
 * {@link MemorySnapshot}.
 */
public final class InFlightRegion {
    /** More than all queues of the largest size take. */
    private static final long LARGEST = 1L << 30;

    private final InFlightDescription description;
    private final SharedFile file;
    private int users = 1;

    private InFlightRegion(InFlightDescription description, SharedFile file) {
        this.description = description;
        this.file = file;
    }

    /**
     * Maps a region.
     *
     * @param file belongs to the region from now on, and is closed if there is none
     */
    public static InFlightRegion map(InFlightDescription description, Descriptor file) throws MessageRefusedException {
        if (description.mmapSize() > LARGEST) {
            file.close();
            throw new MessageRefusedException(
                    description + ": " + description.mmapSize() + " bytes, at most " + LARGEST + " are possible");
        }
        return new InFlightRegion(
                description, SharedFile.map(file, description.mmapOffset(), description.mmapSize(), description));
    }

    /** As the front-end described it. */
    public InFlightDescription description() {
        return description;
    }

    /**
     * A queue's part.
     *
     * @param size descriptors of its ring
     * @param bytes each part takes
     * @throws IllegalArgumentException if the region is not made for such a ring; the message says why
     */
    public ByteBuffer part(int queue, int size, int bytes) {
        if (size > description.queueSize()) {
            throw new IllegalArgumentException("the " + description + " has no room for a ring of " + size
                    + ": raise the front-end's queue size, which the region was made with");
        }
        if (queue >= description.queues() || (queue + 1L) * bytes > description.mmapSize()) {
            throw new IllegalArgumentException("the " + description + " with " + description.mmapSize()
                    + " bytes has no room for queue " + queue + ", which takes " + bytes);
        }
        return file.mapping().window((long) queue * bytes, bytes);
    }

    /** Records the region. */
    public void record(Transcript transcript) throws LinuxException {
        transcript.add(
                MessageType.SET_INFLIGHT_FD, InFlightDescription.PADDED_SIZE, description::put, file.duplicate());
    }

    /** Whether access to it may fail. Any thread. */
    boolean mayFault() {
        return file.mayFault();
    }

    /** Counts one more user. */
    public void retain() {
        users++;
    }

    /** Counts one user less; without any it is unmapped. */
    public void release() {
        if (--users == 0) {
            file.close();
        }
    }
}
