// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.nio.ByteBuffer;

/** The same on a split ring. */
final class MortalSplitDevice extends MortalDevice {
    private static final int INDEX = 2;
    private static final int ENTRIES = 4;

    private final SplitRingDriver ring;
    private final SplitInflightRecord record;
    private final int mask;
    private int nextAvailable;
    private int nextUsed;

    MortalSplitDevice(SplitRingDriver ring, SplitInflightRecord record) {
        this.ring = ring;
        this.record = record;
        mask = ring.size() - 1;
        nextUsed = ring.publishedUsedIndex();
        nextAvailable = nextUsed;
        record.initialize(ring.size(), nextUsed);
    }

    @Override
    int take(long number) {
        int head = ring.availableRing().getShort(ENTRIES + 2 * (nextAvailable & mask)) & 0xffff;
        nextAvailable++;
        record.counter(head, number);
        step();
        record.inflight(head, true);
        step();
        return head;
    }

    @Override
    void complete(int[] heads) {
        ByteBuffer used = ring.usedRing();
        for (int head : heads) {
            record.next(head, record.lastBatchHead());
            step();
            record.lastBatchHead(head);
            step();
            int at = ENTRIES + SplitRingDriver.USED_ELEMENT * (nextUsed & mask);
            nextUsed++;
            used.putInt(at, head).putInt(at + 4, 1);
            step();
        }
        used.putShort(INDEX, (short) nextUsed);
        published(heads.length);
        step();
        for (int head : heads) {
            record.inflight(head, false);
            step();
        }
        record.usedIndex(nextUsed);
        step();
    }
}
