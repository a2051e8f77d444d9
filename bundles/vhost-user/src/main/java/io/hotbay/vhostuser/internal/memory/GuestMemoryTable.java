// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.memory;

import io.hotbay.bdev.ByteSize;
import io.hotbay.linux.Descriptor;
import io.hotbay.linux.LinuxException;
import io.hotbay.vhostuser.internal.wire.MemoryTable;
import io.hotbay.vhostuser.internal.wire.MessageRefusedException;
import io.hotbay.vhostuser.internal.wire.MessageType;
import io.hotbay.vhostuser.internal.wire.RegionDescription;
import io.hotbay.vhostuser.internal.wire.Transcript;
import java.util.ArrayList;
import java.util.List;

/**
 * A session's memory table. A change is prepared first, which may fail and changes nothing, and put into effect by {@link #swap}
 * when no ring is running. All methods under the session's lock, except where noted.
 */
public final class GuestMemoryTable {
    /** Most regions, as GET_MAX_MEM_SLOTS tells: what KVM on x86 has, less three; fewer would keep QEMU from reconnecting. */
    public static final int SLOTS = 509;

    /** Most bytes of all regions: far more than any host has, and little enough to leave room for other guests' mappings. */
    private static final long LARGEST = 1L << 44;

    private final long limit;
    private volatile MemorySnapshot current = new MemorySnapshot(List.of());

    /**
     * Makes an empty table.
     *
     * @param limit most bytes of all regions that the controller allows; {@link Long#MAX_VALUE} for no limit
     */
    public GuestMemoryTable(long limit) {
        this.limit = limit;
    }

    /** The table as it is. Any thread. */
    public MemorySnapshot current() {
        return current;
    }

    /**
     * Prepares a whole new table (SET_MEM_TABLE). Regions that are in the present one keep their mapping.
     *
     * @param files one for each region; they belong to the table from now on
     * @return the new table, or the current one when nothing differs
     */
    public MemorySnapshot replace(List<RegionDescription> descriptions, List<Descriptor> files)
            throws MessageRefusedException {
        List<MappedRegion> next = new ArrayList<>();
        List<MappedRegion> mapped = new ArrayList<>();
        int taken = 0;
        try {
            for (RegionDescription description : descriptions) {
                Descriptor file = files.get(taken++);
                MappedRegion region = find(description, file);
                if (region == null) {
                    region = MappedRegion.map(description, file);
                    mapped.add(region);
                } else {
                    file.close();
                }
                next.add(region);
            }
            if (mapped.isEmpty() && next.equals(current.regions())) {
                return current;
            }
            return snapshot(next);
        } catch (MessageRefusedException e) {
            mapped.forEach(MappedRegion::close);
            files.subList(taken, files.size()).forEach(Descriptor::close);
            throw e;
        }
    }

    /**
     * Prepares the table with one region more (ADD_MEM_REG).
     *
     * @param file belongs to the table from now on
     */
    public MemorySnapshot add(RegionDescription description, Descriptor file) throws MessageRefusedException {
        MappedRegion region = MappedRegion.map(description, file);
        try {
            List<MappedRegion> next = new ArrayList<>(current.regions());
            next.add(region);
            return snapshot(next);
        } catch (MessageRefusedException e) {
            region.close();
            throw e;
        }
    }

    /** Prepares the table with one region less (REM_MEM_REG). */
    public MemorySnapshot remove(RegionDescription description) throws MessageRefusedException {
        List<MappedRegion> next = new ArrayList<>(current.regions());
        if (!next.removeIf(region -> region.description().names(description))) {
            throw new MessageRefusedException("there is no " + description);
        }
        return snapshot(next);
    }

    private MemorySnapshot snapshot(List<MappedRegion> regions) throws MessageRefusedException {
        if (regions.size() > SLOTS) {
            throw new MessageRefusedException(regions.size() + " regions, at most " + SLOTS + " are possible");
        }
        long rest = LARGEST;
        for (MappedRegion region : regions) {
            rest -= Math.min(rest + 1, region.description().size());
        }
        if (rest < 0) {
            throw new MessageRefusedException("all regions together are larger than " + LARGEST + " bytes");
        }
        if (LARGEST - rest > limit) {
            throw new MessageRefusedException("all regions together have " + ByteSize.format(LARGEST - rest)
                    + ", more than max_guest_memory of the controller, " + ByteSize.format(limit));
        }
        try {
            return new MemorySnapshot(regions);
        } catch (IllegalArgumentException e) {
            throw new MessageRefusedException(e.getMessage());
        }
    }

    private MappedRegion find(RegionDescription description, Descriptor file) throws MessageRefusedException {
        try {
            for (MappedRegion region : current.regions()) {
                if (region.isFor(description, file.status())) {
                    return region;
                }
            }
            return null;
        } catch (LinuxException e) {
            file.close();
            throw new MessageRefusedException(description + ": " + e.getMessage());
        }
    }

    /** Puts a prepared table into effect; only while no ring is running. */
    public void swap(MemorySnapshot next) {
        MemorySnapshot old = current;
        if (next != old) {
            current = next;
            old.release();
        }
    }

    /** Lets go of all regions; no ring is running. */
    public void clear() {
        swap(new MemorySnapshot(List.of()));
    }

    /** Records the regions. */
    public void record(Transcript transcript) throws LinuxException {
        for (MappedRegion region : current.regions()) {
            transcript.add(
                    MessageType.ADD_MEM_REG,
                    MemoryTable.SINGLE_REGION_SIZE,
                    payload -> region.description().put(payload, MemoryTable.REGIONS),
                    region.duplicate());
        }
    }

    /** Whether the front-end could truncate some region, and so make access to it fail. */
    public boolean canShrink() {
        return current.regions().stream().anyMatch(MappedRegion::canShrink);
    }
}
