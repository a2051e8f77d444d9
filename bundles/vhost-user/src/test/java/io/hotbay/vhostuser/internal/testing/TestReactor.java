// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.testing;

import io.hotbay.reactor.Poller;
import io.hotbay.reactor.Reactor;
import io.hotbay.reactor.ReactorStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/** A reactor on a thread of its own that naps instead of sleeping, and keeps a list of what is watched. */
public final class TestReactor implements Reactor, AutoCloseable {
    private static final long NAP_NANOS = 300_000;

    private final int core;
    private final Thread thread;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final List<Poller> pollers = new ArrayList<>();
    private final Set<Integer> watched = ConcurrentHashMap.newKeySet();
    private volatile List<String> names = List.of();
    private volatile boolean running = true;

    TestReactor(int core) {
        this.core = core;
        thread = new Thread(this::loop, "test-reactor-" + core);
        thread.setDaemon(true);
        thread.start();
    }

    private void loop() {
        while (running) {
            round();
        }
    }

    private void round() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
        int work = 0;
        for (Poller poller : List.copyOf(pollers)) {
            work += poll(poller);
        }
        if (work == 0) {
            List<Poller> armed = List.copyOf(pollers);
            armed.forEach(Poller::arm);
            LockSupport.parkNanos(NAP_NANOS);
            armed.forEach(Poller::disarm);
        }
    }

    private int poll(Poller poller) {
        try {
            return poller.poll();
        } catch (Throwable cause) {
            pollers.remove(poller);
            poller.failed(cause);
            return 1;
        }
    }

    @Override
    public int core() {
        return core;
    }

    @Override
    public CompletableFuture<Void> add(Poller poller) {
        return run(() -> {
            pollers.add(poller);
            names = pollers.stream().map(Poller::name).toList();
            return null;
        });
    }

    @Override
    public CompletableFuture<Void> remove(Poller poller) {
        return run(() -> {
            pollers.remove(poller);
            names = pollers.stream().map(Poller::name).toList();
            return null;
        });
    }

    @Override
    public <T> CompletableFuture<T> run(Callable<T> task) {
        CompletableFuture<T> future = new CompletableFuture<>();
        Runnable command = () -> {
            try {
                future.complete(task.call());
            } catch (Throwable cause) {
                future.completeExceptionally(cause);
            }
        };
        if (isCurrent()) {
            command.run();
        } else {
            tasks.add(command);
            LockSupport.unpark(thread);
        }
        return future;
    }

    @Override
    public void watch(int descriptor) {
        if (!watched.add(descriptor)) {
            throw new IllegalStateException("descriptor " + descriptor + " is watched already");
        }
    }

    @Override
    public void unwatch(int descriptor) {
        watched.remove(descriptor);
    }

    /** The descriptors that are watched. */
    public Set<Integer> watched() {
        return watched;
    }

    @Override
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    @Override
    public ReactorStatistics statistics() {
        return new ReactorStatistics(0, 0, 0, 0, 0, 0, -1);
    }

    @Override
    public List<String> pollers() {
        return names;
    }

    /** Ends the thread. */
    @Override
    public void close() throws InterruptedException {
        running = false;
        LockSupport.unpark(thread);
        thread.join();
    }
}
