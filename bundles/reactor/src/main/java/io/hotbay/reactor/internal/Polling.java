// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor.internal;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** How much processor time quick answers are worth. */
enum Polling {
    /** Answers first: guests that are hardly idle keep a core busy. */
    LATENCY(1_000, 20_000),
    /** Looks longer only where that has paid lately. */
    BALANCED(10, 200),
    /** Sleeps as soon as there is nothing to do. */
    ECONOMY(0, 0);

    private final long least;
    private final long most;

    Polling(long leastMicros, long mostMicros) {
        least = TimeUnit.MICROSECONDS.toNanos(leastMicros);
        most = TimeUnit.MICROSECONDS.toNanos(mostMicros);
    }

    /** @throws IllegalArgumentException if there is no such way; the message names those that are there */
    static Polling of(String name) {
        for (Polling polling : values()) {
            if (polling.name().toLowerCase(Locale.ROOT).equals(name)) {
                return polling;
            }
        }
        throw new IllegalArgumentException("polling is \"" + name + "\": must be latency, balanced or economy");
    }

    SpinBudget budget() {
        return new SpinBudget(least, most);
    }
}
