// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevmalloc.internal;

import io.hotbay.linux.Addresses;
import io.hotbay.linux.CopyList;
import io.hotbay.linux.CopyList.Ahead;
import io.hotbay.memory.GuestMemory;
import io.hotbay.memory.MemoryRegion;
import java.util.Objects;

/** Has them copied by machine code, which takes addresses. */
final class NativePieces implements Pieces {
    /** A piece may lie in two windows of the store. */
    private static final int MOST_FOR_ONE = 2;

    private final CopyList list = new CopyList(ROOM + MOST_FOR_ONE);
    private final LeasedStore store;
    private final long[] storeAddresses;
    private GuestMemory known = GuestMemory.EMPTY;
    private long[] guestAddresses = {};

    NativePieces(LeasedStore store) {
        this.store = store;
        storeAddresses = Addresses.of(store.windows(), store::window);
    }

    @Override
    public int size() {
        return list.size();
    }

    @Override
    public boolean isFull() {
        return list.size() >= ROOM;
    }

    @Override
    public void clear() {
        list.clear();
    }

    @Override
    public void add(GuestMemory memory, long handle, long position, int length, boolean toGuest) {
        Objects.checkFromIndexSize(position, length, store.size());
        if (memory != known) {
            guestAddresses = Addresses.of(memory.windows(), memory::window);
            known = memory;
        }
        int window = GuestMemory.windowOf(handle);
        int offset = GuestMemory.offsetOf(handle);
        Objects.checkFromIndexSize(offset, length, memory.window(window).capacity());
        // more than that might lie in three windows
        Objects.checkIndex(length, MemoryRegion.STRIDE + 1);
        long guest = guestAddresses[window] + offset;
        int first = Math.min(length, MemoryRegion.STRIDE - LeasedStore.placeOf(position));
        put(guest, position, first, toGuest);
        if (first < length) {
            put(guest + first, position + first, length - first, toGuest);
        }
    }

    private void put(long guest, long position, int length, boolean toGuest) {
        long stored = storeAddresses[LeasedStore.windowOf(position)] + LeasedStore.placeOf(position);
        // guest memory is what the processor has used just now, the store is large
        if (toGuest) {
            list.add(guest, stored, length, Ahead.SOURCE);
        } else {
            list.add(stored, guest, length, Ahead.DESTINATION);
        }
    }

    @Override
    public void copy(int first, int count) {
        list.copy(first, count);
    }
}
