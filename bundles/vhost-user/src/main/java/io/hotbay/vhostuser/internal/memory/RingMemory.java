// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.memory;

import io.hotbay.linux.MappingFaults;
import io.hotbay.memory.GuestMemory;
import java.nio.ByteBuffer;

/**
 * All the front-end's memory that a ring touches while it runs. It is counted as a whole, by the rule of {@link MemorySnapshot}.
 *
 * @param snapshot guest memory
 * @param inFlight where requests under way are recorded, or null
 * @param inFlightBytes what each queue takes of it
 * @param log where writes to guest memory are noted, or null
 */
public record RingMemory(MemorySnapshot snapshot, InFlightRegion inFlight, int inFlightBytes, MappedLog log) {
    /** What rings see. */
    public GuestMemory guest() {
        return snapshot.memory();
    }

    /**
     * A queue's part of the in-flight region, or null.
     *
     * @throws IllegalArgumentException if there is none for such a ring
     */
    public ByteBuffer inFlightPart(int queue, int size) {
        return inFlight == null ? null : inFlight.part(queue, size, inFlightBytes);
    }

    /**
     * Whether access to it may fail, because the front-end can take its pages away. Whoever has touched it calls {@link
     * MappingFaults#surface} then before the thread turns to anything else, so that the error cannot come up there. Any thread.
     */
    public boolean mayFault() {
        return snapshot.mayFault() || inFlight != null && inFlight.mayFault();
    }

    /** Counts one more user. */
    public void retain() {
        snapshot.retain();
        if (inFlight != null) {
            inFlight.retain();
        }
        if (log != null) {
            log.retain();
        }
    }

    /** Counts one user less. */
    public void release() {
        snapshot.release();
        if (inFlight != null) {
            inFlight.release();
        }
        if (log != null) {
            log.release();
        }
    }
}
