// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockType;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Stands between a queue and its bdev's channel: lets pending requests pass as far as the bdev's throttle allows, and holds the others
 * in the order in which they came. Reads do not wait for writes, nor writes for reads, where only one of the two is limited; nothing
 * else than reads and writes ever waits. Used by one thread.
 *
 * <p>The first read and the first write that are held have been paid for, and pass when their time has come: so every queue gets its
 * turn, however much others ask for.
 */
final class HeldRequests {
    /** A reactor that sleeps over held requests notices a change of limits after this time at the latest. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final int NONE = -1;

    private final BlockRequests requests;
    private final Throttle throttle;
    private final LongSupplier clock;
    private final int[] slots;
    private final double[] before = new double[Throttle.KINDS];
    private final double[] budgets = new double[Throttle.KINDS];
    private int count;

    /** What the throttle was when something was paid for. */
    private double[] rates;

    private final Turn reads = new Turn(Throttle.R_IOS, Throttle.R_BYTES);
    private final Turn writes = new Turn(Throttle.W_IOS, Throttle.W_BYTES);

    HeldRequests(BlockRequests requests, Throttle throttle, LongSupplier clock) {
        this.requests = requests;
        this.throttle = throttle;
        this.clock = clock;
        slots = new int[requests.slots()];
    }

    int count() {
        return count;
    }

    /** Nanoseconds until a request may pass; {@link Long#MAX_VALUE} when none is held. */
    long remaining() {
        if (count == 0) {
            return Long.MAX_VALUE;
        }
        long now = clock.getAsLong();
        return Math.min(LOOK_NANOS, Math.min(reads.remaining(now), writes.remaining(now)));
    }

    /** Leaves on the list of pending requests what may be submitted now, and puts what was held and may be submitted there. */
    void admit() {
        double[] limits = throttle.rates();
        if (limits == null && count == 0) {
            return;
        }
        if (limits == null) {
            release();
            return;
        }
        long now = clock.getAsLong();
        int fresh = requests.pending();
        if (limits != rates) {
            // other limits, other times
            forgetPaid();
            rates = limits;
        } else if (fresh == 0 && !reads.isDue(now) && !writes.isDue(now)) {
            return;
        }
        for (int i = 0; i < fresh; i++) {
            slots[count + i] = requests.pendingSlot(i);
        }
        requests.clearPending();
        look(limits, now);
        pass(count + fresh, now);
        settle(limits);
    }

    private void forgetPaid() {
        reads.paid = NONE;
        writes.paid = NONE;
    }

    /** Lets everything pass: a queue that is to come to rest does not wait for its budget, which is overdrawn instead. */
    void release() {
        if (count == 0) {
            return;
        }
        double[] limits = throttle.rates();
        if (limits != null) {
            look(limits, clock.getAsLong());
        }
        for (int i = 0; i < count; i++) {
            if (slots[i] != reads.paid && slots[i] != writes.paid) {
                charge(slots[i]);
            }
            requests.requeue(slots[i]);
        }
        count = 0;
        forgetPaid();
        if (limits != null) {
            settle(limits);
        }
    }

    private void look(double[] limits, long now) {
        for (int kind = 0; kind < Throttle.KINDS; kind++) {
            double rate = limits[kind];
            before[kind] = rate == 0 ? Double.POSITIVE_INFINITY : throttle.budget(kind, rate, now);
            budgets[kind] = before[kind];
        }
    }

    private void pass(int all, long now) {
        int kept = 0;
        for (int i = 0; i < all; i++) {
            int slot = slots[i];
            if (passes(slot, now)) {
                requests.requeue(slot);
            } else {
                slots[kept++] = slot;
            }
        }
        count = kept;
    }

    private boolean passes(int slot, long now) {
        return switch (requests.type(slot)) {
            case BlockType.READ -> reads.passes(slot, now);
            case BlockType.WRITE -> writes.passes(slot, now);
            default -> true;
        };
    }

    private boolean hasBudget(int ios, int bytes) {
        return budgets[Throttle.RW_IOS] > 0 && budgets[Throttle.RW_BYTES] > 0 && budgets[ios] > 0 && budgets[bytes] > 0;
    }

    private void charge(int slot) {
        int type = requests.type(slot);
        if (type == BlockType.READ) {
            charge(reads.ios, reads.bytes, requests.length(slot));
        } else if (type == BlockType.WRITE) {
            charge(writes.ios, writes.bytes, requests.length(slot));
        }
    }

    private void charge(int ios, int bytes, long length) {
        budgets[Throttle.RW_IOS]--;
        budgets[Throttle.RW_BYTES] -= length;
        budgets[ios]--;
        budgets[bytes] -= length;
    }

    private void settle(double[] limits) {
        for (int kind = 0; kind < Throttle.KINDS; kind++) {
            if (limits[kind] != 0 && budgets[kind] != before[kind]) {
                throttle.spend(kind, limits[kind], before[kind] - budgets[kind]);
            }
        }
    }

    /** Nanoseconds until what there is to spend suffices. */
    private long until(int ios, int bytes) {
        double shared = Math.max(until(Throttle.RW_IOS), until(Throttle.RW_BYTES));
        return (long) Math.max(shared, Math.max(until(ios), until(bytes)));
    }

    private double until(int kind) {
        return budgets[kind] > 0 ? 0 : Math.ceil(-budgets[kind] / rates[kind]) + 1;
    }

    /** Whose turn it is among the reads, or the writes, that are held. */
    private final class Turn {
        private final int ios;
        private final int bytes;

        /** The one that is paid for, or {@link #NONE}, and when it may pass. */
        private int paid = NONE;

        private long due;

        private Turn(int ios, int bytes) {
            this.ios = ios;
            this.bytes = bytes;
        }

        private boolean isDue(long now) {
            return paid != NONE && now - due >= 0;
        }

        private long remaining(long now) {
            return paid == NONE ? LOOK_NANOS : due - now;
        }

        private boolean passes(int slot, long now) {
            if (paid != NONE) {
                boolean itsTurn = slot == paid && isDue(now);
                paid = itsTurn ? NONE : paid;
                return itsTurn;
            }
            boolean affordable = hasBudget(ios, bytes);
            if (!affordable) {
                paid = slot;
                due = now + until(ios, bytes);
            }
            charge(ios, bytes, requests.length(slot));
            return affordable;
        }
    }
}
