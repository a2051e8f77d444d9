// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor.internal;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** A task for the reactor's thread and the future that tells how it went. */
final class Command<T> {
    private final Callable<T> task;
    private final CompletableFuture<T> future = new CompletableFuture<>();
    /** Owned by {@link CommandQueue}. */
    Command<?> next;

    Command(Callable<T> task) {
        this.task = task;
    }

    CompletableFuture<T> future() {
        return future;
    }

    /** Runs the task; whatever it throws goes to the future. */
    void run() {
        T result;
        try {
            result = task.call();
        } catch (Throwable cause) {
            future.completeExceptionally(cause);
            return;
        }
        future.complete(result);
    }

    void refuse(IllegalStateException reason) {
        future.completeExceptionally(reason);
    }
}
