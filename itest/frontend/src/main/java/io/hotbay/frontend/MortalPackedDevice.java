// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.nio.ByteBuffer;

/** The same on a packed ring. */
final class MortalPackedDevice extends MortalDevice {
    private static final int LENGTH = 8;
    private static final int ID = 12;
    private static final int FLAGS = 14;

    private final PackedInflightRecord record;
    private final ByteBuffer descriptors;
    private final int size;
    private int nextSlot;

    MortalPackedDevice(PackedDriverRing ring, PackedInflightRecord record) {
        this.record = record;
        descriptors = ring.descriptorRing();
        size = ring.size();
        nextSlot = ring.usedSlot();
        record.initialize(size, ring.usedSlot(), ring.usedWrap());
    }

    @Override
    int take(long number) {
        int entry = record.oldFreeHead();
        record.count(entry, 0);
        step();
        record.counter(entry, number);
        step();
        record.inflight(entry, true);
        step();
        boolean more = true;
        while (more) {
            int at = nextSlot * SplitRingLayout.DESCRIPTOR;
            int copy = record.freeHead();
            int flags = descriptors.getShort(at + FLAGS) & 0xffff;
            record.count(entry, record.count(entry) + 1);
            step();
            record.descriptor(
                    copy,
                    descriptors.getShort(at + ID),
                    flags,
                    descriptors.getInt(at + LENGTH),
                    descriptors.getLong(at));
            step();
            record.last(entry, copy);
            step();
            record.freeHead(record.next(copy));
            step();
            nextSlot = (nextSlot + 1) % size;
            more = (flags & SplitRingDriver.NEXT) != 0;
        }
        record.oldFreeHead(record.freeHead());
        step();
        return entry;
    }

    @Override
    void complete(int[] entries) {
        int[] slots = new int[entries.length];
        boolean[] wraps = new boolean[entries.length];
        for (int i = 0; i < entries.length; i++) {
            slots[i] = record.usedSlot();
            wraps[i] = record.usedWrap();
            free(entries[i]);
        }
        // The first descriptor's flags last: the driver sees the batch as a whole.
        for (int i = entries.length - 1; i >= 0; i--) {
            int at = slots[i] * SplitRingLayout.DESCRIPTOR;
            descriptors.putInt(at + LENGTH, 1);
            descriptors.putShort(at + ID, (short) record.id(record.last(entries[i])));
            step();
            int flags = wraps[i] ? PackedDriverRing.AVAILABLE | PackedDriverRing.USED : 0;
            descriptors.putShort(at + FLAGS, (short) (flags | SplitRingDriver.WRITE));
            if (i == 0) {
                published(entries.length);
            }
            step();
        }
        for (int entry : entries) {
            record.inflight(entry, false);
            step();
        }
        record.oldFreeHead(record.freeHead());
        step();
        record.oldUsedSlot(record.usedSlot());
        step();
        record.oldUsedWrap(record.usedWrap());
        step();
    }

    private void free(int entry) {
        record.next(record.last(entry), record.freeHead());
        step();
        record.freeHead(entry);
        step();
        int used = record.usedSlot() + record.count(entry);
        if (used >= size) {
            record.usedWrap(!record.usedWrap());
            used -= size;
        }
        record.usedSlot(used);
        step();
    }
}
