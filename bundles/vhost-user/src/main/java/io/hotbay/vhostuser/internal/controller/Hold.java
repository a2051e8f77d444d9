// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import java.util.function.LongSupplier;

/**
 * How long requests have been held because something the controller needs is away, and whether that is long enough. All methods
 * under the controller's lock.
 */
final class Hold {
    private final LongSupplier clock;
    private final Alarm alarm;
    private final Runnable whenDue;
    private boolean held;
    private boolean over;
    private long since;
    private long limit;
    private Runnable callOff;

    /**
     * Begins with nothing held.
     *
     * @param clock tells nanoseconds from any point on
     * @param whenDue called by the alarm, without the lock, to {@link #expire}
     */
    Hold(LongSupplier clock, Alarm alarm, Runnable whenDue) {
        this.clock = clock;
        this.alarm = alarm;
        this.whenDue = whenDue;
    }

    /**
     * Requests are held. A hold that lasts goes on, with the limit as it is now.
     *
     * @param limitNanos how long they may be, 0 for ever
     */
    void begin(long limitNanos) {
        if (held && limit == limitNanos) {
            return;
        }
        if (!held) {
            held = true;
            since = clock.getAsLong();
        }
        limit = limitNanos;
        set();
    }

    /** Sets the alarm for what is left. */
    private void set() {
        cancel();
        long left = since + limit - clock.getAsLong();
        over = limit > 0 && left <= 0;
        if (limit > 0 && left > 0) {
            callOff = alarm.set(left, whenDue);
        }
    }

    /**
     * The alarm has gone off; it may have been called off too late, or come too early.
     *
     * @return whether the hold is over since this call
     */
    boolean expire() {
        if (!held || over) {
            return false;
        }
        // the calling thread is the alarm's: it must not be interrupted
        callOff = null;
        set();
        return over;
    }

    /** Whether requests have been held for as long as they may be. */
    boolean isOver() {
        return over;
    }

    /** Requests are served, or there is nobody to make any. */
    void end() {
        held = false;
        over = false;
        cancel();
    }

    private void cancel() {
        if (callOff != null) {
            callOff.run();
            callOff = null;
        }
    }
}
