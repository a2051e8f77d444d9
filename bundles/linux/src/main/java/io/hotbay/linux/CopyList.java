// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import io.hotbay.linux.internal.MachineCode;
import io.hotbay.linux.internal.NativeMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

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

    /** Without it the copying instruction is a slow one. */
    private static final String FAST_STRINGS = "erms";

    private static final Optional<String> OBSTACLE = findObstacle();

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
        obstacle().ifPresent(obstacle -> {
            throw new UnsupportedOperationException(obstacle);
        });
        this.capacity = capacity;
        // one more, which says that there is nothing to fetch ahead
        table = new NativeMemory(MachineCode.ENTRY * (capacity + 1));
        entries = table.bytes();
    }

    /** Why this cannot be used here, for people; or empty if it can. Any thread. */
    public static Optional<String> obstacle() {
        return OBSTACLE;
    }

    private static Optional<String> findObstacle() {
        if (MachineCode.obstacle() != null) {
            return Optional.of(MachineCode.obstacle());
        }
        return hasFastStrings() ? Optional.empty() : Optional.of("the processor has no " + FAST_STRINGS);
    }

    private static boolean hasFastStrings() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("flags")).limit(1).anyMatch(flags -> List.of(flags.split("\\s"))
                    .contains(FAST_STRINGS));
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
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
        int entry = MachineCode.ENTRY * Objects.checkIndex(size, capacity);
        entries.putLong(entry + MachineCode.TO, to);
        entries.putLong(entry + MachineCode.FROM, from);
        entries.putLong(entry + MachineCode.BYTES, length);
        entries.putLong(entry + MachineCode.AHEAD, ahead == Ahead.SOURCE ? from : to);
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
        if (!tryCopy(first, count)) {
            throw new InternalError("memory that was to be copied is not there");
        }
    }

    /**
     * The same without the error.
     *
     * @return false if memory of a piece is not there: those before it have been copied, those behind it have not
     * @throws IndexOutOfBoundsException if there are not so many
     */
    public boolean tryCopy(int first, int count) {
        Objects.checkFromIndexSize(first, count, size);
        entries.putLong(MachineCode.ENTRY * size + MachineCode.BYTES, 0);
        return MachineCode.copy(table.address() + (long) MachineCode.ENTRY * first, count) == 0;
    }
}
