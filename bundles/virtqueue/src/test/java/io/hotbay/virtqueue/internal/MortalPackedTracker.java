// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

/** Tracks a packed ring until its life ends, before any one step. */
final class MortalPackedTracker extends PackedTracker {
    private final Killed.Life life;

    MortalPackedTracker(
            PackedInFlightRegion region,
            Laps laps,
            PackedEntries entries,
            int size,
            int used,
            long counter,
            Killed.Life life) {
        super(region, laps, entries, size, used, counter);
        this.life = life;
    }

    @Override
    void describe(int entry, long address, long rest) {
        life.step("describe");
        super.describe(entry, address, rest);
    }

    @Override
    void number(int first) {
        life.step("number");
        super.number(first);
    }

    @Override
    void mark(int first) {
        life.step("mark");
        super.mark(first);
    }

    @Override
    void moveFreeHead(int entry) {
        life.step("moveFreeHead");
        super.moveFreeHead(entry);
    }

    @Override
    void commitFreeHead(int entry) {
        life.step("commitFreeHead");
        super.commitFreeHead(entry);
    }

    @Override
    void link(int last, int next) {
        life.step("link");
        super.link(last, next);
    }

    @Override
    void moveUsed(int position, int oldPosition) {
        life.step("moveUsed");
        super.moveUsed(position, oldPosition);
        // the ring is written next, which is no step of the tracker
        life.step("what follows moveUsed");
    }

    @Override
    void unmark(int first) {
        life.step("unmark");
        super.unmark(first);
    }
}
