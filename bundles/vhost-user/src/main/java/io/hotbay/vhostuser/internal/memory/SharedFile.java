// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.memory;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.FileStatus;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.Mapping;
import io.hotbay.vhostuser.internal.wire.MessageRefusedException;

/**
 * A piece of a file that the front-end shares, mapped. The file stays open as long as the mapping.
 *
 * <p>Access to a mapping whose file has been truncated fails, and atomic access ends the JVM. No front-end has a reason to truncate
 * a file it shares, so files that can be sealed against it are, whatever the front-end thought of.
 */
final class SharedFile implements AutoCloseable {
    private final Descriptor file;
    private final FileStatus status;
    private final Mapping mapping;
    private final boolean sealed;

    private SharedFile(Descriptor file, FileStatus status, Mapping mapping, boolean sealed) {
        this.file = file;
        this.status = status;
        this.mapping = mapping;
        this.sealed = sealed;
    }

    /**
     * Maps a piece. The file belongs to it from now on, and is closed if that fails.
     *
     * @param what it is, for messages
     * @throws MessageRefusedException if the file does not have the piece or cannot be mapped
     */
    static SharedFile map(Descriptor file, long offset, long size, Object what) throws MessageRefusedException {
        try {
            if (!file.status().isRegularFile()) {
                throw new MessageRefusedException(what + ": its descriptor is no memory file");
            }
            boolean sealed = file.sealAgainstShrinking();
            // after the seal, so that the size cannot become less any more
            FileStatus status = file.status();
            check(status, offset, size, what);
            return new SharedFile(file, status, Mapping.of(file, offset, size), sealed);
        } catch (LinuxException e) {
            file.close();
            throw new MessageRefusedException(what + ": " + e.getMessage());
        } catch (MessageRefusedException e) {
            file.close();
            throw e;
        }
    }

    /** Mapping beyond the end of the file would succeed, and every access there would be a bus error. */
    private static void check(FileStatus status, long offset, long size, Object what) throws MessageRefusedException {
        if (size <= 0) {
            throw new MessageRefusedException(what + ": that is no size");
        }
        if (offset < 0 || offset + size < 0) {
            throw new MessageRefusedException(
                    what + ": its offset 0x" + Long.toHexString(offset) + " leads beyond the end of any file");
        }
        if (offset + size > status.size()) {
            throw new MessageRefusedException(
                    what + ": its file has " + status.size() + " bytes, fewer than mmap offset and size add up to");
        }
    }

    FileStatus status() {
        return status;
    }

    Mapping mapping() {
        return mapping;
    }

    /** Whether the front-end can take the memory away by truncating the file. */
    boolean canShrink() {
        return !sealed;
    }

    /**
     * Whether access to it may fail: the front-end can truncate the file, or punch holes into it and use up the hugepages that would
     * fill them.
     */
    boolean mayFault() {
        return !sealed || mapping.isHuge();
    }

    /** Another descriptor of the file. */
    Descriptor duplicate() throws LinuxException {
        return file.duplicate();
    }

    /** Unmaps; nobody uses it any more. */
    @Override
    public void close() {
        mapping.close();
        file.close();
    }
}
