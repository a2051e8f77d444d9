// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevmalloc.internal;

import io.hotbay.linux.CopyList;
import io.hotbay.memory.GuestMemory;

/** What is to be copied between guest memory and the store: collected first, then copied in any number of steps. Used by one thread. */
interface Pieces {
    /** Pieces that are collected before some have to be copied; far more than there are in an ordinary batch. */
    int ROOM = 256;

    /** The way that is the faster one on this machine. */
    static Pieces of(LeasedStore store) {
        return CopyList.obstacle().isEmpty() ? new NativePieces(store) : new PlainPieces(store);
    }

    /** Number of pieces so far. */
    int size();

    /** Whether there is no room for another one. */
    boolean isFull();

    /** Forgets all of them. */
    void clear();

    /**
     * Adds a piece.
     *
     * @param handle where it lies in guest memory, whole in one window
     * @param position where it lies in the store
     * @param length in bytes
     * @param toGuest whether it is read from the store
     * @throws IndexOutOfBoundsException if it does not lie there; may also be thrown by {@link #copy}
     */
    void add(GuestMemory memory, long handle, long position, int length, boolean toGuest);

    /**
     * Copies pieces {@code first} to {@code first + count - 1}, and has the one behind them fetched ahead.
     *
     * @throws InternalError if memory of one is not there; when the JVM copies perhaps later
     */
    void copy(int first, int count);
}
