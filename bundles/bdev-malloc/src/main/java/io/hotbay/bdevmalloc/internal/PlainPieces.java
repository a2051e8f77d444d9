// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevmalloc.internal;

import io.hotbay.memory.GuestMemory;

/** Has them copied by the JVM, which knows no way to fetch memory ahead but to read a little of it. */
final class PlainPieces implements Pieces {
    private final LeasedStore store;
    private final long[] handles = new long[ROOM];
    private final long[] positions = new long[ROOM];
    private final int[] lengths = new int[ROOM];
    private final boolean[] toGuest = new boolean[ROOM];
    private GuestMemory memory;
    private int size;
    /** Of no interest, but the compiler must not find out. */
    private int touched;

    PlainPieces(LeasedStore store) {
        this.store = store;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean isFull() {
        return size == ROOM;
    }

    @Override
    public void clear() {
        size = 0;
        memory = null;
    }

    @Override
    public void add(GuestMemory guest, long handle, long position, int length, boolean read) {
        memory = guest;
        handles[size] = handle;
        positions[size] = position;
        lengths[size] = length;
        toGuest[size] = read;
        size++;
    }

    @Override
    public void copy(int first, int count) {
        for (int i = first; i < first + count; i++) {
            lookAhead(i);
            int window = GuestMemory.windowOf(handles[i]);
            int offset = GuestMemory.offsetOf(handles[i]);
            if (toGuest[i]) {
                store.read(positions[i], memory.window(window), offset, lengths[i]);
            } else {
                store.write(positions[i], memory.window(window), offset, lengths[i]);
            }
        }
    }

    private void lookAhead(int i) {
        if (i + 1 < size) {
            touched += store.touch(positions[i + 1], lengths[i + 1]);
        }
        if (i + 2 < size) {
            touched += store.announce(positions[i + 2]);
        }
    }
}
