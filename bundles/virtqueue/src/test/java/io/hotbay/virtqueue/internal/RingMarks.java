// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.DirtyLog;
import io.hotbay.virtio.VirtqueueSetup;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The dirty log of a ring under a fuzzer: whatever the device has written to the ring must have been marked by the time it is
 * published, and no sooner than it was written.
 */
final class RingMarks implements DirtyLog {
    private static final long LONGEST = 0xffff_ffffL;

    record Mark(long address, long length) {}

    private final RingDriver driver;
    private final int size;
    private final long usedLog;
    private final List<Mark> inThisStep = new ArrayList<>();
    /** Bytes of the ring that were written and not marked since. */
    private final BitSet unmarked = new BitSet();

    private boolean published;

    RingMarks(RingDriver driver, int size, long usedLog) {
        this.driver = driver;
        this.size = size;
        this.usedLog = usedLog;
    }

    @Override
    public void mark(long guestAddress, long length) {
        if (length <= 0 || length > LONGEST) {
            throw new AssertionError("a mark of " + length + " bytes");
        }
        inThisStep.add(new Mark(guestAddress, length));
    }

    /** Another process or another log begins. */
    void forget() {
        unmarked.clear();
        inThisStep.clear();
        published = false;
    }

    /** The device has written a byte in this step; relative to the beginning of what the driver calls its ring. */
    void written(int at) {
        unmarked.set(at);
    }

    /** The device has published what it completed, unless the ring is broken. */
    void publish(boolean sound) {
        published = sound;
    }

    void endStep() {
        inThisStep.forEach(this::clear);
        inThisStep.clear();
        boolean complete = published && usedLog != VirtqueueSetup.USED_NOT_LOGGED;
        published = false;
        if (complete && !unmarked.isEmpty()) {
            throw new AssertionError("published, but not marked: " + unmarked);
        }
    }

    private void clear(Mark mark) {
        long first = driver instanceof SplitDriver split ? mark.address - usedLog + split.used : mark.address;
        long limit = driver instanceof SplitDriver split ? split.used + UsedRing.bytes(size, true) : Integer.MAX_VALUE;
        if (first >= 0 && first < limit) {
            unmarked.clear((int) first, (int) Math.min(limit, first + mark.length));
        }
    }

    /** All of these must have been marked in this step. */
    void requireAll(List<Mark> expected) {
        if (!inThisStep.containsAll(expected)) {
            throw new AssertionError("not all of " + expected + " is marked: " + inThisStep);
        }
    }
}
