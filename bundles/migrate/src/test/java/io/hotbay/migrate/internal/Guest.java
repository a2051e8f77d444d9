// SPDX-License-Identifier: Apache-2.0
package io.hotbay.migrate.internal;

import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockType;
import io.hotbay.memory.GuestMemory;
import io.hotbay.memory.MemoryRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A queue of a guest: each slot has a piece of memory of its own, in two segments. */
final class Guest implements AutoCloseable {
    static final int SLOTS = 16;
    static final int LARGEST = 16 << 10;

    final BlockRequests requests = new BlockRequests(SLOTS);
    final ByteBuffer memory = ByteBuffer.allocateDirect(SLOTS * LARGEST);
    final List<Integer> free = new ArrayList<>();
    private final BlockChannel channel;

    Guest(BlockDevice device) throws IOException {
        requests.memory(GuestMemory.of(List.of(
                MemoryRegion.of(0, 0, memory.capacity(), (offset, length) -> memory.slice((int) offset, length)))));
        channel = device.open(requests);
        for (int slot = 0; slot < SLOTS; slot++) {
            free.add(slot);
        }
    }

    /** Begins a request in the last free slot, filled with one value if it is a write. */
    int begin(int type, long offset, int length, byte value) {
        int slot = free.remove(free.size() - 1);
        requests.prepare(slot, type, offset, length, 0);
        if (type == BlockType.READ || type == BlockType.WRITE) {
            for (int i = 0; type == BlockType.WRITE && i < length; i++) {
                memory.put(slot * LARGEST + i, value);
            }
            int half = length / 2;
            requests.addSegment(slot, GuestMemory.handle(0, slot * LARGEST), half);
            requests.addSegment(slot, GuestMemory.handle(0, slot * LARGEST + half), length - half);
        }
        requests.enqueue(slot);
        return slot;
    }

    void submit() {
        channel.submit(requests);
        requests.clearPending();
    }

    /** Lets the disks work; the slots that are through are free again. */
    List<Integer> poll() {
        channel.poll();
        List<Integer> done = new ArrayList<>();
        for (int i = 0; i < requests.completed(); i++) {
            done.add(requests.completedSlot(i));
        }
        requests.clearCompleted();
        free.addAll(done);
        return done;
    }

    /** Waits for all. */
    void drain() {
        while (requests.inFlight() > 0 || requests.completed() > 0) {
            poll();
        }
    }

    /** One request from the beginning to the end. */
    int perform(int type, long offset, int length, byte value) {
        int slot = begin(type, offset, length, value);
        submit();
        drain();
        return requests.status(slot);
    }

    @Override
    public void close() {
        channel.close();
    }
}
