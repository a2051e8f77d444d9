// SPDX-License-Identifier: Apache-2.0
package io.hotbay.guard.internal;

import io.hotbay.guard.internal.BundleLives.Stopped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Acts on bundles that stay stopped: starts again those without which nobody could give a command, and says which of them keep
 * front-ends waiting that nobody else speaks for. One thread.
 */
final class Guard {
    /** Without Declarative Services there are no shell commands, nor without the others. */
    static final Set<String> NEEDED = Set.of(
            "org.apache.felix.scr",
            "org.apache.felix.gogo.runtime",
            "org.apache.felix.gogo.command",
            "io.hotbay.shell");
    /** Front-ends wait that long before it is told, and then twice as long each time. */
    static final long FIRST_WARNING_MILLIS = TimeUnit.SECONDS.toMillis(5);

    private static final int MOST_NAMES = 3;

    private final LongSupplier clock;
    private final long patienceMillis;
    private final BundleLives lives;
    private final Host host;
    /** When those that are needed have last been tried to start, by number. */
    private final Map<Long, Long> tried = new HashMap<>();

    private boolean waiting;
    private long waitingSince;
    private long nextWarning;

    /** The framework around it. */
    interface Host {
        /** Symbolic name of a bundle; empty when it is gone. */
        String name(long id);

        /** @throws Exception if it does not start */
        void start(long id) throws Exception;

        /** How many controllers have left front-ends or a socket that nobody has taken up yet. */
        int waitingControllers();

        void warn(String message);
    }

    /**
     * Makes a guard.
     *
     * @param clock tells milliseconds since 1970
     * @param patienceMillis how long one that is needed may be stopped, by somebody who replaces it by hand for example
     */
    Guard(LongSupplier clock, long patienceMillis, BundleLives lives, Host host) {
        this.clock = clock;
        this.patienceMillis = patienceMillis;
        this.lives = lives;
        this.host = host;
    }

    /** @return whether there is anything left to look after */
    boolean look() {
        Map<Long, Stopped> stopped = lives.stopped();
        tried.keySet().retainAll(stopped.keySet());
        stopped.forEach(this::startIfNeeded);
        warnIfControllersWait(stopped);
        return waiting || stopped.keySet().stream().anyMatch(this::isNeeded);
    }

    private boolean isNeeded(long id) {
        return NEEDED.contains(host.name(id));
    }

    private void startIfNeeded(long id, Stopped since) {
        long now = clock.getAsLong();
        if (!isNeeded(id) || now - tried.getOrDefault(id, since.since()) < patienceMillis) {
            return;
        }
        tried.put(id, now);
        String what = host.name(id) + " has been stopped for " + seconds(now - since.since())
                + " s, and without it nobody can give a command";
        host.warn(what + ": it is started again");
        try {
            host.start(id);
        } catch (Exception e) {
            host.warn(what + ", but it does not start: " + e.getMessage() + "; another attempt follows");
        }
    }

    private void warnIfControllersWait(Map<Long, Stopped> stopped) {
        long now = clock.getAsLong();
        int controllers = host.waitingControllers();
        if (controllers == 0) {
            waiting = false;
            return;
        }
        if (!waiting) {
            waiting = true;
            waitingSince = now;
            nextWarning = FIRST_WARNING_MILLIS;
        }
        long waited = now - waitingSince;
        if (waited >= nextWarning) {
            nextWarning = 2 * nextWarning;
            host.warn("nobody has served " + controllers + (controllers == 1 ? " controller" : " controllers") + " for "
                    + seconds(waited) + " s, requests of their front-ends wait: " + who(stopped));
        }
    }

    private String who(Map<Long, Stopped> stopped) {
        List<String> names = stopped.keySet().stream()
                .map(host::name)
                .filter(name -> !name.isEmpty())
                .sorted()
                .toList();
        if (names.isEmpty()) {
            return "all bundles run, so the transport cannot go on; see the log before";
        }
        String some = names.stream().limit(MOST_NAMES).collect(Collectors.joining(", "));
        int more = names.size() - MOST_NAMES;
        return some + (more > 0 ? " and " + more + " more" : "") + (names.size() == 1 ? " is" : " are") + " stopped";
    }

    private static long seconds(long millis) {
        return TimeUnit.MILLISECONDS.toSeconds(millis);
    }
}
