// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevuring.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Calls that open, change or close a file. The kernel may keep such a call waiting for as long as it likes, and nothing can end
 * it: on a file system that is frozen, or one whose server or device is gone. So they are made on a thread of their own, one
 * after the other, and whoever wants one waits for a limited time only. Any thread.
 */
final class FileCalls {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final Path path;
    private final ThreadPoolExecutor thread;

    FileCalls(Path path) {
        this.path = path;
        thread = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), this::thread);
        thread.allowCoreThreadTimeOut(true);
    }

    private Thread thread(Runnable work) {
        Thread made = new Thread(work, "hotbay-uring-file " + path);
        made.setDaemon(true);
        return made;
    }

    /**
     * Makes a call. One that has not begun when the time is over will not be made.
     *
     * @param late undoes a call that has succeeded after the time; on the thread of the calls
     * @throws IOException that the call has thrown, or because it takes too long
     */
    <T> T call(Callable<T> call, Consumer<T> late) throws IOException {
        CompletableFuture<T> result = new CompletableFuture<>();
        thread.execute(() -> make(call, result, late));
        try {
            return await(result);
        } catch (ExecutionException e) {
            throw asThrown(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            result.cancel(false);
            throw new IOException(path + ": interrupted", e);
        }
    }

    private static <T> void make(Callable<T> call, CompletableFuture<T> result, Consumer<T> late) {
        if (result.isDone()) {
            return;
        }
        try {
            T value = call.call();
            if (!result.complete(value)) {
                late.accept(value);
            }
        } catch (Exception e) {
            result.completeExceptionally(e);
        }
    }

    private <T> T await(CompletableFuture<T> result) throws ExecutionException, InterruptedException {
        try {
            return result.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            result.completeExceptionally(new IOException(path + ": its file system has not answered for "
                    + LIMIT.toSeconds() + " s: is it frozen, or its device or server gone? Try again when it works"));
            return result.get();
        }
    }

    /** Makes a call in any case, and waits for nothing. */
    void later(Runnable call) {
        thread.execute(call);
    }

    /** Makes a call in any case, and waits for its end if that does not take too long. */
    void finish(Runnable call) {
        try {
            CompletableFuture.runAsync(call, thread).get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // Nobody depends on it: it ends when it can.
            return;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static IOException asThrown(Throwable cause) {
        if (cause instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        return cause instanceof IOException known ? known : new IOException(cause.getMessage(), cause);
    }
}
