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
 */
final class HeldRequests {
    /** A reactor that sleeps over held requests notices a change of limits after this time at the latest. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long NEVER = Long.MAX_VALUE / 2;

    private final BlockRequests requests;
    private final Throttle throttle;
    private final LongSupplier clock;
    private final int[] slots;
    private final double[] before = new double[Throttle.KINDS];
    private final double[] budgets = new double[Throttle.KINDS];
    private int count;

    /** What the throttle was when {@link #next} was found. */
    private double[] rates;
    /** When the first of the requests held may pass. */
    private long next;

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
        return count == 0 ? Long.MAX_VALUE : Math.min(next - clock.getAsLong(), LOOK_NANOS);
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
        boolean tooEarly = limits == rates && count > 0 && now - next < 0;
        int fresh = requests.pending();
        if (tooEarly && fresh == 0) {
            return;
        }
        for (int i = 0; i < fresh; i++) {
            slots[count + i] = requests.pendingSlot(i);
        }
        requests.clearPending();
        look(limits, now);
        // those that were too late a moment ago are too late still
        pass(tooEarly ? count : 0, count + fresh, limits, now);
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
            charge(slots[i]);
            requests.requeue(slots[i]);
        }
        count = 0;
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

    private void pass(int from, int to, double[] limits, long now) {
        int kept = from;
        for (int i = from; i < to; i++) {
            int slot = slots[i];
            if (mayPass(requests.type(slot))) {
                charge(slot);
                requests.requeue(slot);
            } else {
                slots[kept++] = slot;
            }
        }
        count = kept;
        settle(limits);
        rates = limits;
        next = now + untilNext(limits);
    }

    private boolean mayPass(int type) {
        return switch (type) {
            case BlockType.READ -> hasBudget(Throttle.R_IOS, Throttle.R_BYTES);
            case BlockType.WRITE -> hasBudget(Throttle.W_IOS, Throttle.W_BYTES);
            default -> true;
        };
    }

    private boolean hasBudget(int ios, int bytes) {
        return budgets[Throttle.RW_IOS] > 0 && budgets[Throttle.RW_BYTES] > 0 && budgets[ios] > 0 && budgets[bytes] > 0;
    }

    private void charge(int slot) {
        int type = requests.type(slot);
        if (type == BlockType.READ) {
            charge(Throttle.R_IOS, Throttle.R_BYTES, requests.length(slot));
        } else if (type == BlockType.WRITE) {
            charge(Throttle.W_IOS, Throttle.W_BYTES, requests.length(slot));
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

    /** Nanoseconds until a request that is held may pass. */
    private long untilNext(double[] limits) {
        boolean reads = false;
        boolean writes = false;
        for (int i = 0; i < count && !(reads && writes); i++) {
            boolean read = requests.type(slots[i]) == BlockType.READ;
            reads |= read;
            writes |= !read;
        }
        long read = reads ? until(limits, Throttle.R_IOS, Throttle.R_BYTES) : NEVER;
        long write = writes ? until(limits, Throttle.W_IOS, Throttle.W_BYTES) : NEVER;
        return Math.min(read, write);
    }

    private long until(double[] limits, int ios, int bytes) {
        double shared = Math.max(until(limits, Throttle.RW_IOS), until(limits, Throttle.RW_BYTES));
        return (long) Math.max(shared, Math.max(until(limits, ios), until(limits, bytes)));
    }

    private double until(double[] limits, int kind) {
        return budgets[kind] > 0 ? 0 : Math.ceil(-budgets[kind] / limits[kind]) + 1;
    }
}
