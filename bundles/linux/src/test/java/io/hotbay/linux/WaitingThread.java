// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs something on a thread of its own, and knows when that thread waits in the kernel. */
final class WaitingThread<T> {
    private static final boolean X86_64 = "amd64".equals(System.getProperty("os.arch"));
    static final int RECVMSG = X86_64 ? 47 : 212;
    static final int SENDMSG = X86_64 ? 46 : 211;
    static final int EPOLL_WAIT = X86_64 ? 232 : 22;

    private final CompletableFuture<Integer> id = new CompletableFuture<>();
    private final CompletableFuture<T> result = new CompletableFuture<>();

    WaitingThread(Callable<T> task) {
        Thread thread = new Thread(() -> {
            id.complete(Cpus.currentThreadId());
            try {
                result.complete(task.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    /** Returns when the thread is in a system call. */
    WaitingThread<T> awaitCall(int call) throws Exception {
        Path state = Path.of("/proc/self/task/" + id.get(10, TimeUnit.SECONDS) + "/syscall");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!isIn(state, call)) {
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("the thread does not wait in system call " + call);
            }
            Thread.yield();
        }
        return this;
    }

    private static boolean isIn(Path state, int call) throws IOException {
        return Files.readString(state).startsWith(call + " ");
    }

    /** What the task returned; throws what it threw. */
    T result() throws Exception {
        try {
            return result.get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
