// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.memory;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.FileStatus;
import io.hotbay.linux.LinuxException;
import io.hotbay.memory.MemoryRegion;
import io.hotbay.vhostuser.internal.wire.MessageRefusedException;
import io.hotbay.vhostuser.internal.wire.RegionDescription;

/**
 * A memory region and its mapping. It counts the snapshots it is part of and is unmapped with the last of them. The file stays
 * open as long, so that the memory could be handed on. All methods under the session's lock.
 */
final class MappedRegion {
    private final RegionDescription description;
    private final SharedFile file;
    private final MemoryRegion region;
    private int snapshots;

    private MappedRegion(RegionDescription description, SharedFile file, MemoryRegion region) {
        this.description = description;
        this.file = file;
        this.region = region;
    }

    /**
     * Maps a region. The file belongs to the region from now on, and is closed if there is none.
     *
     * @throws MessageRefusedException if the description is impossible or the file cannot be mapped
     */
    static MappedRegion map(RegionDescription description, Descriptor file) throws MessageRefusedException {
        long size = description.size();
        if (size > 0 && (wraps(description.guestAddress(), size) || wraps(description.userAddress(), size))) {
            file.close();
            throw new MessageRefusedException(description + " wraps around");
        }
        SharedFile shared = SharedFile.map(file, description.mmapOffset(), size, description);
        MemoryRegion region =
                MemoryRegion.of(description.guestAddress(), description.userAddress(), size, shared.mapping()::window);
        return new MappedRegion(description, shared, region);
    }

    private static boolean wraps(long start, long size) {
        return start < 0 || start + size < 0;
    }

    RegionDescription description() {
        return description;
    }

    MemoryRegion region() {
        return region;
    }

    /** Whether this is the mapping of exactly that description of that file. */
    boolean isFor(RegionDescription other, FileStatus otherFile) {
        return description.equals(other) && file.status().isSameFile(otherFile);
    }

    /** Whether the front-end can take the memory away by truncating the file. */
    boolean canShrink() {
        return file.canShrink();
    }

    /** Another descriptor of its file. */
    Descriptor duplicate() throws LinuxException {
        return file.duplicate();
    }

    /** Whether access to it may fail. */
    boolean mayFault() {
        return file.mayFault();
    }

    void retain() {
        snapshots++;
    }

    void release() {
        if (--snapshots == 0) {
            close();
        }
    }

    /** Unmaps; only when no snapshot holds it. */
    void close() {
        file.close();
    }
}
