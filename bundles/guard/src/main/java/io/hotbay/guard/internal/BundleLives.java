// SPDX-License-Identifier: Apache-2.0
package io.hotbay.guard.internal;

import io.hotbay.guard.Interruption;
import io.hotbay.guard.Interruptions;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** Which bundles have been stopped, since when, and how long those that run again had been. Any thread. */
final class BundleLives implements Interruptions {
    private final LongSupplier clock;
    private final Map<Long, Stopped> stopped = new TreeMap<>();
    private final Deque<Interruption> over = new ArrayDeque<>();

    /**
     * A bundle that does not run any more.
     *
     * @param version it had
     * @param since when it began to stop, in milliseconds since 1970
     */
    record Stopped(String version, long since) {}

    /** @param clock tells milliseconds since 1970 */
    BundleLives(LongSupplier clock) {
        this.clock = clock;
    }

    synchronized void stops(long id, String version) {
        stopped.putIfAbsent(id, new Stopped(version, clock.getAsLong()));
    }

    synchronized void runs(long id, String version) {
        Stopped before = stopped.remove(id);
        if (before == null) {
            return;
        }
        if (over.size() == MOST) {
            over.remove();
        }
        over.add(new Interruption(id, before.version(), version, before.since(), clock.getAsLong()));
    }

    synchronized void isGone(long id) {
        stopped.remove(id);
    }

    /** Those that do not run, by number. */
    synchronized Map<Long, Stopped> stopped() {
        return Map.copyOf(stopped);
    }

    @Override
    public synchronized List<Interruption> over() {
        return List.copyOf(over);
    }

    @Override
    public synchronized void forget(Collection<Interruption> known) {
        over.removeAll(known);
    }
}
