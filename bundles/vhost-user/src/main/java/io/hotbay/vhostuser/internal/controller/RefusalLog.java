// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.osgi.service.log.Logger;

/** Logs front-ends that are turned away, but not each one: whoever tries again and again must not fill the log. */
final class RefusalLog {
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Logger logger;
    private final LongSupplier clock;
    private boolean begun;
    private long last;
    private int unlogged;

    /** @param clock nanoseconds */
    RefusalLog(Logger logger, LongSupplier clock) {
        this.logger = logger;
        this.clock = clock;
    }

    void add(String text) {
        long now = clock.getAsLong();
        if (begun && now - last < PAUSE_NANOS) {
            unlogged++;
            return;
        }
        begun = true;
        last = now;
        logger.warn("{}{}", text, unlogged == 0 ? "" : "; and " + unlogged + " others since the last such message");
        unlogged = 0;
    }
}
