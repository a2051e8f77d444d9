// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;

/** What health checks have found, in their order. */
final class HealthReport {
    /**
     * What one check has found.
     *
     * @param check the check
     * @param result its result; an error when it gave none
     */
    record Outcome(NamedCheck check, Result result) {
        Status status() {
            return result.getStatus();
        }
    }

    private final List<Outcome> outcomes;

    private HealthReport(List<Outcome> outcomes) {
        this.outcomes = List.copyOf(outcomes);
    }

    /**
     * Runs the checks, all at once: some of them watch something for a while.
     *
     * @param limit how long any of them may take
     */
    static HealthReport of(List<NamedCheck> checks, Duration limit) throws InterruptedException {
        ExecutorService threads = Executors.newCachedThreadPool(HealthReport::thread);
        try {
            List<Callable<Result>> calls =
                    checks.stream().map(NamedCheck::execution).toList();
            List<Future<Result>> results = threads.invokeAll(calls, limit.toMillis(), TimeUnit.MILLISECONDS);
            List<Outcome> outcomes = new ArrayList<>();
            for (int i = 0; i < checks.size(); i++) {
                outcomes.add(new Outcome(checks.get(i), result(results.get(i), limit)));
            }
            return new HealthReport(outcomes);
        } finally {
            threads.shutdownNow();
        }
    }

    private static Thread thread(Runnable run) {
        Thread thread = new Thread(run, "hotbay-health-check");
        // A check that never returns must not keep the process.
        thread.setDaemon(true);
        return thread;
    }

    private static Result result(Future<Result> future, Duration limit) throws InterruptedException {
        try {
            Result result = future.get();
            return result == null ? error("it returned nothing") : result;
        } catch (CancellationException e) {
            return error("it did not end within " + limit.toSeconds() + " s");
        } catch (ExecutionException e) {
            return error("it failed: " + e.getCause());
        }
    }

    private static Result error(String message) {
        return new Result(Status.HEALTH_CHECK_ERROR, message);
    }

    List<Outcome> outcomes() {
        return outcomes;
    }

    /** The worst of all. */
    Status status() {
        return outcomes.stream().map(Outcome::status).max(Status::compareTo).orElse(Status.OK);
    }

    /** Names of the checks that found something that does not work; what merely warns works. */
    List<String> failed() {
        return outcomes.stream()
                .filter(outcome -> outcome.status().compareTo(Status.WARN) > 0)
                .map(outcome -> outcome.check().name())
                .toList();
    }
}
