// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.memory;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.FileStatus;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.Mapping;
import io.hotbay.memory.MemoryRegion;
import io.hotbay.vhostuser.internal.wire.MessageRefusedException;
import io.hotbay.vhostuser.internal.wire.RegionDescription;

/**
 * A memory region and its mapping. It counts the snapshots it is part of and is unmapped with the last of them. The file stays
 * open as long, so that the memory could be handed on. All methods under the session's lock.
 */
final class MappedRegion {
    /** F_SEAL_SHRINK: the file cannot be truncated under us. */
    private static final int SEAL_SHRINK = 0x2;

    private final RegionDescription description;
    private final Descriptor file;
    private final FileStatus status;
    private final Mapping mapping;
    private final MemoryRegion region;
    private int snapshots;

    private MappedRegion(
            RegionDescription description, Descriptor file, FileStatus status, Mapping mapping, MemoryRegion region) {
        this.description = description;
        this.file = file;
        this.status = status;
        this.mapping = mapping;
        this.region = region;
    }

    /**
     * Maps a region. The file belongs to the region from now on, and is closed if there is none.
     *
     * @throws MessageRefusedException if the description is impossible or the file cannot be mapped
     */
    static MappedRegion map(RegionDescription description, Descriptor file) throws MessageRefusedException {
        try {
            check(description);
            FileStatus status = file.status();
            checkFile(description, status);
            Mapping mapping = Mapping.of(file, description.mmapOffset(), description.size());
            MemoryRegion region = MemoryRegion.of(
                    description.guestAddress(), description.userAddress(), description.size(), mapping::window);
            return new MappedRegion(description, file, status, mapping, region);
        } catch (LinuxException e) {
            file.close();
            throw new MessageRefusedException(description + ": " + e.getMessage());
        } catch (MessageRefusedException e) {
            file.close();
            throw e;
        }
    }

    private static void check(RegionDescription description) throws MessageRefusedException {
        long size = description.size();
        if (size <= 0) {
            throw new MessageRefusedException(description + ": that is no size");
        }
        if (wraps(description.guestAddress(), size)
                || wraps(description.userAddress(), size)
                || wraps(description.mmapOffset(), size)) {
            throw new MessageRefusedException(description + " wraps around");
        }
    }

    private static boolean wraps(long start, long size) {
        return start < 0 || start + size < 0;
    }

    /** Mapping beyond the end of the file would succeed, and every access there would be a bus error. */
    private static void checkFile(RegionDescription description, FileStatus status) throws MessageRefusedException {
        if (!status.isRegularFile()) {
            throw new MessageRefusedException(description + ": its descriptor is no memory file");
        }
        if (description.mmapOffset() + description.size() > status.size()) {
            throw new MessageRefusedException(description + ": its file has " + status.size()
                    + " bytes, fewer than mmap offset and size add up to");
        }
    }

    RegionDescription description() {
        return description;
    }

    MemoryRegion region() {
        return region;
    }

    /** Whether this is the mapping of exactly that description of that file. */
    boolean isFor(RegionDescription other, FileStatus otherFile) {
        return description.equals(other)
                && status.device() == otherFile.device()
                && status.inode() == otherFile.inode();
    }

    /** Whether the front-end can take the memory away by truncating the file. */
    boolean canShrink() {
        try {
            return (file.seals() & SEAL_SHRINK) == 0;
        } catch (LinuxException e) {
            // files outside memfd know no seals
            return true;
        }
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
        mapping.close();
        file.close();
    }
}
