// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.memory;

import io.hotbay.memory.GuestMemory;
import java.util.List;

/**
 * The memory table at one moment, with a count of its users. All methods but {@link #memory()} under the session's lock.
 *
 * <p><b>Why nothing is unmapped under a poller.</b> Unmapping memory that a reactor thread may touch ends the JVM, so this is
 * the one place that decides. Guest memory is touched only through the windows of a snapshot, and only
 *
 * <ul>
 *   <li>by a ring's poller and by the task that opens the ring, both on the reactor's thread;
 *   <li>by a backend on behalf of a request that the ring's device queue counts as in flight.
 * </ul>
 *
 * <p>A ring {@linkplain #retain() retains} its snapshot before the task that opens it is handed to the reactor. It releases the
 * snapshot only after three things have happened in this order: the device queue reported nothing in flight and was stopped, on
 * the reactor's thread; the reactor confirmed that the poller was removed, after which none of its methods runs; the
 * control thread saw that confirmation through a future, so everything the reactor did before happens before the release. The
 * table holds one count for as long as the snapshot is the current one. A region is unmapped when the last snapshot that it is
 * part of has lost its last user, so a region that stays in the table over a change keeps its mapping and its address.
 *
 * <p>A ring that cannot be drained (a backend that never answers) never releases. Its memory then stays mapped for the rest of
 * the process: a leak, and the only safe thing to do with memory that somebody may still write to. This works because mappings
 * are unmapped by {@code close()} only, never by the garbage collector.
 */
public final class MemorySnapshot {
    private final GuestMemory memory;
    private final List<MappedRegion> regions;
    private int users = 1;

    /** @throws IllegalArgumentException if regions overlap */
    MemorySnapshot(List<MappedRegion> regions) {
        this.memory = GuestMemory.of(regions.stream().map(MappedRegion::region).toList());
        this.regions = List.copyOf(regions);
        regions.forEach(MappedRegion::retain);
    }

    /** What rings see. Any thread. */
    public GuestMemory memory() {
        return memory;
    }

    List<MappedRegion> regions() {
        return regions;
    }

    /** Number of regions. Any thread. */
    public int count() {
        return regions.size();
    }

    /** Bytes of all regions. Any thread. */
    public long size() {
        return regions.stream().mapToLong(region -> region.description().size()).sum();
    }

    /** Whether access to it may fail. Any thread. */
    boolean mayFault() {
        return regions.stream().anyMatch(MappedRegion::mayFault);
    }

    /** Counts one more user. */
    public void retain() {
        users++;
    }

    /** Counts one user less; without any, regions that no other snapshot holds are unmapped. */
    public void release() {
        if (--users == 0) {
            regions.forEach(MappedRegion::release);
        }
    }
}
