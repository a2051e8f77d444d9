// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import io.hotbay.deploy.Swap;
import io.hotbay.guard.Interruption;
import io.hotbay.guard.Interruptions;
import io.hotbay.target.PauseSum;
import io.hotbay.target.TargetException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;
import org.osgi.framework.ServiceReference;
import org.osgi.service.log.Logger;

/**
 * Writes down what was swapped by others: bundles by the framework's own commands or by File Install, and the whole process. It waits
 * until bundles have been quiet for a moment and all controllers listen again, so that their pauses can be counted.
 */
final class OtherSwaps implements BundleListener, AutoCloseable {
    private static final long QUIET_MILLIS = 500;
    private static final long IDLE_SECONDS = 5;

    private final BundleContext context;
    private final History history;
    private final Controllers controllers;
    private final Effects effects;
    private final ProcessNote process;
    private final BooleanSupplier swapping;
    private final BooleanSupplier upgrading;
    private final LongSupplier limitNanos;
    private final Logger logger;
    private final ScheduledThreadPoolExecutor executor;
    private ScheduledFuture<?> next;
    /** Since when something is to be written down; 0 when there is nothing. Only the executor's thread uses it. */
    private long since;
    /** An upgrade was under way: if this process still serves afterwards, that was no swap. */
    private boolean givenUp;

    /**
     * Begins with what has happened while nobody could write it down.
     *
     * @param swapping whether a swap is under way that this bundle writes down itself
     * @param upgrading whether the process is being upgraded, or is about to take another one's place
     * @param limitNanos how long controllers that do not listen are waited for
     */
    OtherSwaps(
            BundleContext context,
            History history,
            ProcessNote process,
            BooleanSupplier swapping,
            BooleanSupplier upgrading,
            LongSupplier limitNanos,
            Logger logger) {
        this.context = context;
        this.history = history;
        this.process = process;
        this.swapping = swapping;
        this.upgrading = upgrading;
        givenUp = upgrading.getAsBoolean();
        this.limitNanos = limitNanos;
        this.logger = logger;
        controllers = new Controllers(context);
        effects = new Effects(context);
        executor = new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "hotbay-other-swaps"));
        executor.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        executor.allowCoreThreadTimeOut(true);
        executor.setRemoveOnCancelPolicy(true);
        context.addBundleListener(this);
        lookLater();
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.STARTED) {
            lookLater();
        }
    }

    private synchronized void lookLater() {
        if (next != null) {
            next.cancel(false);
        }
        try {
            next = executor.schedule(this::look, QUIET_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // closed: the next instance looks
        }
    }

    private void look() {
        givenUp |= upgrading.getAsBoolean();
        List<Interruption> over = ask(Interruptions::over, List.of());
        if (over.isEmpty() && process.isNoted()) {
            since = 0;
            givenUp = false;
            return;
        }
        if (since == 0) {
            since = System.nanoTime();
        }
        if (upgrading.getAsBoolean()
                || swapping.getAsBoolean()
                || !isSettled() && System.nanoTime() - since < limitNanos.getAsLong()) {
            lookLater();
            return;
        }
        since = 0;
        try {
            write(givenUp ? List.of() : over);
            forget(over);
            givenUp = false;
        } catch (TargetException | RuntimeException e) {
            logger.warn("a swap is missing in the history: {}", e.getMessage());
        }
    }

    private boolean isSettled() {
        return controllers.listening().size() == controllers.references().size();
    }

    private void write(List<Interruption> over) throws TargetException {
        InterruptionGroups groups =
                new InterruptionGroups(over, (one, other) -> effects.dependsOn(one.id(), other.id()));
        List<Swap> own = history.swaps();
        for (InterruptionGroups.Group group : groups.all()) {
            String name = effects.name(group.root().id());
            if (!name.isEmpty() && own.stream().noneMatch(swap -> isPartOf(group, swap))) {
                history.add(swap(group.start(), group.end(), name, group.root()));
            }
        }
        if (!process.isNoted()) {
            history.add(process.swap(controllers.pausesSince(0).values()));
            process.note();
        }
    }

    /** Whether it was a command of this bundle that has stopped and started it. */
    private boolean isPartOf(InterruptionGroups.Group group, Swap swap) {
        return group.start() <= swap.start() + swap.millis()
                && swap.start() <= group.end()
                && effects.dependsOn(group.root().id(), swap.bundle());
    }

    private Swap swap(long start, long end, String name, Interruption root) {
        PauseSum sum = PauseSum.of(controllers.pausesBetween(start, end).values());
        long last = Math.max(end, sum.end());
        return new Swap(
                start,
                name,
                root.from(),
                root.to(),
                last - start,
                sum.rings(),
                sum.requests(),
                sum.longestMicros(),
                Swap.Outcome.DONE,
                "");
    }

    private void forget(List<Interruption> written) {
        ask(
                interruptions -> {
                    interruptions.forget(written);
                    return true;
                },
                true);
    }

    private <T> T ask(Function<Interruptions, T> question, T otherwise) {
        ServiceReference<Interruptions> reference = context.getServiceReference(Interruptions.class);
        Interruptions interruptions = reference == null ? null : context.getService(reference);
        if (interruptions == null) {
            return otherwise;
        }
        try {
            return question.apply(interruptions);
        } finally {
            context.ungetService(reference);
        }
    }

    @Override
    public void close() {
        context.removeBundleListener(this);
        executor.shutdownNow();
    }
}
