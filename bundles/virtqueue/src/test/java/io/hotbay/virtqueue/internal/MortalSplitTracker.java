// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

/** Tracks a split ring until its life ends, before any one step. */
final class MortalSplitTracker extends SplitTracker {
    private final Killed.Life life;

    MortalSplitTracker(SplitInFlightRegion region, int size, int marked, long counter, Killed.Life life) {
        super(region, size, marked, counter);
        this.life = life;
    }

    @Override
    void count(int head, long number) {
        life.step("count");
        super.count(head, number);
    }

    @Override
    void mark(int head) {
        life.step("mark");
        super.mark(head);
    }

    @Override
    void link(int head, int next) {
        life.step("link");
        super.link(head, next);
    }

    @Override
    void beginBatch(int head) {
        life.step("beginBatch");
        super.beginBatch(head);
    }

    @Override
    void unmark(int head) {
        life.step("unmark");
        super.unmark(head);
    }

    @Override
    void commit(int usedIndex) {
        life.step("commit");
        super.commit(usedIndex);
    }
}
