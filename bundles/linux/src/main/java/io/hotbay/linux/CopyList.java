// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import io.hotbay.linux.internal.CopyCode;
import io.hotbay.linux.internal.NativeMemory;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;

/**
 * Pieces of memory that are copied one after the other, by machine code: while it copies one, it has the processor fetch the next one from
 * memory. Takes addresses as they are, so whoever adds a piece must have checked it. For one thread at a time; allocates nothing.
 *
 * <p>Exists on x86-64 only: see {@link #obstacle}.
 */
public final class CopyList {
    /** Which side of a piece is not in the cache, and so worth fetching ahead. */
    public enum Ahead {
        /** Where it comes from. */
        SOURCE,
        /** Where it goes to. */
        DESTINATION
    }

    private final int capacity;
    private final NativeMemory table;
    private final ByteBuffer entries;
    private int size;

    /**
     * Makes an empty list.
     *
     * @param capacity most pieces it can hold, at least 1
     * @throws UnsupportedOperationException if there is an {@link #obstacle}
     */
    public CopyList(int capacity) {
        if (CopyCode.obstacle() != null) {
            throw new UnsupportedOperationException(CopyCode.obstacle());
        }
        this.capacity = capacity;
        // one more, which says that there is nothing to fetch ahead
        table = new NativeMemory(CopyCode.ENTRY * (capacity + 1));
        entries = table.bytes();
    }

    /** Why this cannot be used here, for people; or empty if it can. Any thread. */
    public static Optional<String> obstacle() {
        return Optional.ofNullable(CopyCode.obstacle());
    }

    /** Number of pieces. */
    public int size() {
        return size;
    }

    /** Whether no further piece can be added. */
    public boolean isFull() {
        return size == capacity;
    }

    /** Forgets all pieces. */
    public void clear() {
        size = 0;
    }

    /**
     * Adds a piece.
     *
     * @param to address of the first byte to be written
     * @param from address of the first byte to be read; the ranges may not overlap
     * @param length bytes, not negative
     * @throws IndexOutOfBoundsException if the list {@linkplain #isFull is full}
     */
    public void add(long to, long from, int length, Ahead ahead) {
        int entry = CopyCode.ENTRY * Objects.checkIndex(size, capacity);
        entries.putLong(entry + CopyCode.TO, to);
        entries.putLong(entry + CopyCode.FROM, from);
        entries.putLong(entry + CopyCode.BYTES, length);
        entries.putLong(entry + CopyCode.AHEAD, ahead == Ahead.SOURCE ? from : to);
        size++;
    }

    /**
     * Copies some of the pieces. They stay in the list.
     *
     * @param first index of the first
     * @param count how many
     * @throws IndexOutOfBoundsException if there are not so many
     * @throws InternalError if memory of a piece is not there, because its file was truncated or the kernel has no page for it: the
     *     same that the JVM throws when it finds out
     */
    public void copy(int first, int count) {
        Objects.checkFromIndexSize(first, count, size);
        entries.putLong(CopyCode.ENTRY * size + CopyCode.BYTES, 0);
        if (CopyCode.copy(table.address() + (long) CopyCode.ENTRY * first, count) != 0) {
            throw new InternalError("memory that was to be copied is not there");
        }
    }
}
