// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import io.hotbay.bdev.QosLimits;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;

/**
 * What the queues of a bdev may spend together: a token bucket for each kind of limit, kept as the time at which the bucket will be
 * full again if nothing more is spent. It lies at most {@link #BURST_NANOS} ahead while there is anything to spend. A queue takes
 * what a batch needs in one atomic addition, so none waits for another; queues that look at a bucket at the same moment may
 * overdraw it by a batch each, and wait the longer for that afterwards.
 */
final class Throttle {
    static final int RW_IOS = 0;
    static final int R_IOS = 1;
    static final int W_IOS = 2;
    static final int RW_BYTES = 3;
    static final int R_BYTES = 4;
    static final int W_BYTES = 5;
    static final int KINDS = 6;

    /** What a full bucket holds, in time. Long enough that a reactor that wakes up late loses nothing. */
    static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final double MIB = 1 << 20;
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private static final VarHandle FULL = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle RATES;

    static {
        try {
            RATES = MethodHandles.lookup().findVarHandle(Throttle.class, "rates", double[].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Requests or bytes per nanosecond of each kind, 0 for no limit; never changed. Null when nothing is limited. */
    private volatile double[] rates;

    private final long[] full = new long[KINDS];

    /** Sets other limits; buckets whose limit changes are full. Any thread. */
    synchronized void limit(QosLimits limits, long now) {
        double[] next = {
            limits.rwIos() / NANOS_PER_SECOND,
            limits.readIos() / NANOS_PER_SECOND,
            limits.writeIos() / NANOS_PER_SECOND,
            limits.rwMbytes() * MIB / NANOS_PER_SECOND,
            limits.readMbytes() * MIB / NANOS_PER_SECOND,
            limits.writeMbytes() * MIB / NANOS_PER_SECOND
        };
        double[] before = rates;
        for (int kind = 0; kind < KINDS; kind++) {
            if (before == null || before[kind] != next[kind]) {
                FULL.setVolatile(full, kind, now);
            }
        }
        rates = limits.isNone() ? null : next;
    }

    /** The rates of all kinds, the same object until they change; null when nothing is limited. */
    double[] rates() {
        return (double[]) RATES.getAcquire(this);
    }

    /** What there is to spend of a kind that has a rate; 0 or less when nothing is left. */
    double budget(int kind, double rate, long now) {
        long at = (long) FULL.getVolatile(full, kind);
        if (at - now < 0) {
            // if that fails somebody else has just done it
            FULL.compareAndSet(full, kind, at, now);
            at = now;
        }
        return (BURST_NANOS - (at - now)) * rate;
    }

    /** Takes from a bucket, also more than is left in it. */
    void spend(int kind, double rate, double amount) {
        FULL.getAndAdd(full, kind, (long) (amount / rate));
    }
}
