// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import io.hotbay.deploy.Deployment;
import io.hotbay.deploy.Swap;
import io.hotbay.deploy.Swap.Outcome;
import io.hotbay.deploy.UpdateOption;
import io.hotbay.target.PauseSum;
import io.hotbay.target.TargetException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.startlevel.BundleStartLevel;

/**
 * Carries out updates, each on a thread of its own: that of the caller may end with the bundle it belongs to.
 *
 * <pre>
 *   update ──▶ stop, update, refresh, start ──▶ all there again? ──yes──▶ DONE
 *                        ▲                           │no
 *                        └──former content── safe ◀──┴──────▶ FAILED
 * </pre>
 *
 * When this bundle itself is rewired, the part from "all there again?" on is for its next instance, which finds what it needs in
 * a file.
 */
final class Swaps {
    private static final long CLOSE_SECONDS = 20;
    /** Who asked is stopped as well, and should hear first that the swap is under way. */
    private static final long HEAD_START_MILLIS = 200;

    private final BundleContext context;
    private final History history;
    private final Gate gate;
    private final Effects effects;
    private final Checks checks;
    private final Controllers controllers;
    private final Replacement replacement;
    private final Aftermath aftermath;
    private final PendingFile pending;
    private final Path incoming;
    private final Path backup;
    private volatile CompletableFuture<Swap> running = CompletableFuture.completedFuture(null);
    private volatile Thread resumed;
    private boolean closed;

    Swaps(BundleContext context, Path directory, History history, Gate gate, LongSupplier limitNanos) {
        this.context = context;
        this.history = history;
        this.gate = gate;
        effects = new Effects(context);
        checks = new Checks(context);
        controllers = new Controllers(context);
        replacement = new Replacement(context, limitNanos);
        aftermath = new Aftermath(context, limitNanos);
        pending = new PendingFile(directory.resolve("pending.json"));
        incoming = directory.resolve("incoming.jar");
        backup = directory.resolve("backup.jar");
    }

    /** Updates a bundle; leaves the gate when the swap has ended. */
    Swap update(Bundle bundle, String source, Set<UpdateOption> options) throws TargetException {
        return update(bundle, source, options, () -> {});
    }

    /** @param begun called as soon as nothing can be refused any more */
    Swap update(Bundle bundle, String source, Set<UpdateOption> options, Runnable begun) throws TargetException {
        CompletableFuture<Swap> result = new CompletableFuture<>();
        Before before;
        Set<Bundle> closure;
        try {
            Candidate candidate = Candidate.read(source, incoming);
            checks.update(bundle, candidate, options);
            closure = effects.closure(bundle);
            before = before(bundle, candidate, closure, options);
            begin(before, closure.contains(context.getBundle()) ? running : result, begun);
        } catch (TargetException | RuntimeException e) {
            gate.leave();
            throw e;
        }
        if (closure.contains(context.getBundle())) {
            replaceOwn(bundle, before, incoming);
            return swap(before, Outcome.UNDER_WAY, "");
        }
        boolean detached = effects.users(Deployment.class).anyMatch(closure::contains);
        new Thread(() -> run(bundle, before, result, detached), "hotbay-swap").start();
        return detached ? swap(before, Outcome.UNDER_WAY, "") : await(result, before);
    }

    /** An instance that is being ended begins nothing: its thread would be alone. */
    private synchronized void begin(Before before, CompletableFuture<Swap> result, Runnable begun)
            throws TargetException {
        if (closed) {
            throw new TargetException("deployment itself is being replaced: try again");
        }
        pending.write(before);
        running = result;
        begun.run();
    }

    private Before before(Bundle bundle, Candidate candidate, Set<Bundle> closure, Set<UpdateOption> options)
            throws TargetException {
        boolean safe = options.contains(UpdateOption.SAFE);
        if (safe) {
            BundleContent.save(bundle, backup);
        }
        return new Before(
                System.currentTimeMillis(),
                context.getProperty(Constants.FRAMEWORK_UUID),
                bundle.getBundleId(),
                bundle.getSymbolicName(),
                bundle.getVersion().toString(),
                candidate.version().toString(),
                safe ? backup.toString() : "",
                closure.stream()
                        .filter(each -> each.getState() == Bundle.ACTIVE || each.getState() == Bundle.STARTING)
                        .map(Bundle::getBundleId)
                        .toList(),
                new Components(context).working(closure),
                new Components(context).configurations(closure),
                controllers.listening(),
                false,
                "",
                false);
    }

    private static Swap await(CompletableFuture<Swap> result, Before before) throws TargetException {
        Swap swap;
        try {
            swap = result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TargetException(
                    "the update of " + before.bundle() + " goes on: deploy:history tells how it ends", e);
        } catch (ExecutionException e) {
            throw new TargetException("the update of " + before.bundle() + " failed: " + OneLine.of(e), e);
        }
        if (swap.outcome() == Outcome.DONE) {
            return swap;
        }
        throw new TargetException(before.bundle() + " " + before.to() + " does not work: " + swap.reason()
                + (swap.outcome() == Outcome.ROLLED_BACK
                        ? "; " + before.from() + " is back in place"
                        : "; it stays in place: update to a version that works"));
    }

    // ---- bundles that this one does not depend on

    private void run(Bundle bundle, Before before, CompletableFuture<Swap> result, boolean detached) {
        try {
            if (detached) {
                Thread.sleep(HEAD_START_MILLIS);
            }
            Swap swap = attempt(bundle, before);
            end(swap);
            result.complete(swap);
        } catch (TargetException | RuntimeException | InterruptedException e) {
            gate.leave();
            result.completeExceptionally(e);
        }
    }

    private Swap attempt(Bundle bundle, Before before) throws InterruptedException {
        String trouble = carryOut(bundle, incoming, before);
        if (trouble.isEmpty()) {
            return swap(before, Outcome.DONE, "");
        }
        if (!before.isSafe()) {
            return swap(before, Outcome.FAILED, trouble);
        }
        String again = carryOut(bundle, backup, before);
        return again.isEmpty()
                ? swap(before, Outcome.ROLLED_BACK, trouble)
                : swap(before, Outcome.FAILED, trouble + "; nor does the former version work again: " + again);
    }

    private String carryOut(Bundle bundle, Path content, Before before) throws InterruptedException {
        String trouble;
        try (Haste haste = new Haste()) {
            trouble = replacement.replace(bundle, content, before.bundles());
        }
        return trouble.isEmpty() ? aftermath.await(before) : trouble;
    }

    // ---- bundles that this one depends on, and this one

    private void replaceOwn(Bundle bundle, Before before, Path content) {
        String done = pending.json(before.refreshing(before.trouble()));
        String failed = pending.json(before.refreshing("it could not be replaced"));
        List<Bundle> running = inOrder(before.bundles());
        Thread thread = new Thread(
                () -> {
                    try {
                        Thread.sleep(HEAD_START_MILLIS);
                        replacement.replaceOwn(bundle, content, running, pending, done, failed);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "hotbay-swap");
        thread.start();
    }

    /** Bundles in the order in which the framework starts them. */
    private List<Bundle> inOrder(List<Long> ids) {
        return ids.stream()
                .map(context::getBundle)
                .filter(Objects::nonNull)
                .sorted(Comparator.comparingInt(Swaps::startLevel).thenComparing(Bundle::getBundleId))
                .toList();
    }

    private static int startLevel(Bundle bundle) {
        return bundle.adapt(BundleStartLevel.class).getStartLevel();
    }

    /** Whether one is under way, or was when the process ended; perhaps by an earlier instance of this bundle. */
    boolean isPending() {
        return pending.read().isPresent();
    }

    /** Ends what an earlier instance of this bundle has begun. */
    void resume() {
        Before before = pending.read().orElse(null);
        if (before == null) {
            return;
        }
        boolean sameFramework = context.getProperty(Constants.FRAMEWORK_UUID).equals(before.framework());
        if (sameFramework && !before.refreshing()) {
            // It is still being carried out, by a thread of the instance that began it.
            return;
        }
        try {
            gate.enter("update of " + before.bundle());
        } catch (TargetException e) {
            throw new IllegalStateException(e);
        }
        Thread thread = new Thread(() -> resume(before, sameFramework), "hotbay-swap");
        resumed = thread;
        thread.start();
    }

    private void resume(Before before, boolean sameFramework) {
        try {
            if (sameFramework) {
                conclude(before);
            } else {
                end(swap(
                        before,
                        Outcome.FAILED,
                        "the target ended meanwhile; it has started with what is in bundle/" + " and deploy/"));
            }
        } catch (TargetException | IllegalStateException e) {
            // The file stays, so the next instance tries again.
            gate.leave();
        } catch (InterruptedException e) {
            // This instance is being stopped: the next one concludes.
            Thread.currentThread().interrupt();
        }
    }

    private void conclude(Before before) throws TargetException, InterruptedException {
        String trouble = aftermath.await(before);
        if (before.restoring()) {
            end(
                    trouble.isEmpty()
                            ? swap(before, Outcome.ROLLED_BACK, before.trouble())
                            : swap(
                                    before,
                                    Outcome.FAILED,
                                    before.trouble() + "; nor does the former version work again: " + trouble));
            return;
        }
        String reason = before.trouble().isEmpty() ? trouble : before.trouble();
        Bundle bundle = context.getBundle(before.id());
        if (reason.isEmpty()) {
            end(swap(before, Outcome.DONE, ""));
        } else if (before.isSafe() && bundle != null) {
            Before restoring = before.restoring(reason);
            pending.write(restoring);
            replaceOwn(bundle, restoring, backup);
        } else {
            end(swap(before, Outcome.FAILED, reason));
        }
    }

    private void end(Swap swap) throws TargetException {
        LinkedRecords.forget();
        history.add(swap);
        pending.delete();
        gate.leave();
    }

    // ---- both

    private Swap swap(Before before, Outcome outcome, String reason) {
        boolean over = outcome != Outcome.UNDER_WAY;
        PauseSum sum =
                over ? PauseSum.of(controllers.pausesSince(before.start()).values()) : PauseSum.NONE;
        return new Swap(
                before.start(),
                before.bundle(),
                before.from(),
                before.to(),
                over ? System.currentTimeMillis() - before.start() : 0,
                sum.rings(),
                sum.requests(),
                sum.longestMicros(),
                outcome,
                reason);
    }

    void close() {
        synchronized (this) {
            closed = true;
        }
        Thread thread = resumed;
        if (thread != null) {
            thread.interrupt();
        }
        try {
            running.get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // It was told to who asked for it.
        }
    }
}
