// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevuring.internal;

import io.hotbay.bdev.BlockRequests;
import io.hotbay.linux.CopyList;
import io.hotbay.linux.CopyList.Ahead;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.Mapping;
import java.util.Objects;

/**
 * Reads and writes of a file that lies in memory, done without the kernel: the file is mapped, and requests are copied, a few at a time. Used
 * by one thread.
 *
 * <p>A hole is not read this way: that would fill it. And where memory is not there (the file was truncated, or its file system is full) nothing
 * is decided: the requests are left for system calls, which tell what is wrong.
 */
final class FileCopies implements AutoCloseable {
    /** Pieces that are collected before they have to be copied. */
    private static final int ROOM = 256;

    /** After so many bytes the driver learns of what is done; copying them takes some microseconds. */
    private static final long ENOUGH = 32 << 10;

    /** Reads that find holes in the file before it is looked again whether there are any: it may have been filled meanwhile. */
    static final int LOOK_AGAIN = 1 << 14;

    private final DiskFile file;
    private final Mapping mapping;
    private final long start;
    private final CopyList list = new CopyList(ROOM);
    private final int[] slots = new int[ROOM];
    private int count;
    private long bytes;
    private int refused;

    private FileCopies(DiskFile file, Mapping mapping) {
        this.file = file;
        this.mapping = mapping;
        start = mapping.address();
    }

    /** Maps a file, or returns null if that is of no use here: it does not lie in memory, cannot be mapped for writing, or is empty. */
    static FileCopies of(DiskFile file) {
        if (!file.isInMemory() || file.isDirect() || CopyList.obstacle().isPresent()) {
            return null;
        }
        try {
            return new FileCopies(file, file.map());
        } catch (LinuxException e) {
            return null;
        }
    }

    /** Whether a request can be done this way. */
    boolean takes(BlockRequests requests, int slot, boolean write) {
        return requests.offset(slot) + requests.length(slot) <= mapping.length()
                && requests.segments(slot) > 0
                && requests.segments(slot) <= ROOM
                && (write || isWhole());
    }

    private boolean isWhole() {
        if (!file.hasHoles()) {
            return true;
        }
        if (++refused == LOOK_AGAIN) {
            refused = 0;
            file.lookForHoles();
        }
        return false;
    }

    /** Whether there is room for a request. */
    boolean hasRoom(BlockRequests requests, int slot) {
        return list.size() + requests.segments(slot) <= ROOM;
    }

    /**
     * Adds a request that it {@linkplain #takes takes} and has {@linkplain #hasRoom room} for.
     *
     * @param transfer knows where its memory lies
     */
    void add(BlockRequests requests, int slot, boolean write, Transfer transfer) {
        long position = requests.offset(slot);
        int segments = requests.segments(slot);
        for (int i = 0; i < segments; i++) {
            int length = requests.segmentLength(slot, i);
            long guest = transfer.addressOf(requests.handle(slot, i), length);
            long stored = start + Objects.checkFromIndexSize(position, length, mapping.length());
            // the file is what the processor has not used just now
            if (write) {
                list.add(stored, guest, length, Ahead.DESTINATION);
            } else {
                list.add(guest, stored, length, Ahead.SOURCE);
            }
            position += length;
        }
        slots[count++] = slot;
        bytes += requests.length(slot);
    }

    /** Whether copying what was added takes long enough for it to be done now. */
    boolean isWorthwhile() {
        return bytes >= ENOUGH;
    }

    /** Number of requests that were added. */
    int count() {
        return count;
    }

    /** The slot of a request that was added. */
    int slot(int index) {
        return slots[index];
    }

    /** @return false if memory of one of them is not there; some of them may have been copied then, or a part */
    boolean copy() {
        return list.tryCopy(0, list.size());
    }

    /** Forgets all that were added. */
    void clear() {
        list.clear();
        count = 0;
        bytes = 0;
    }

    @Override
    public void close() {
        file.unmap(mapping);
    }
}
