// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor.internal;

import io.hotbay.linux.Cpus;
import io.hotbay.linux.LinuxException;
import io.hotbay.reactor.Poller;
import io.hotbay.reactor.Reactor;
import io.hotbay.reactor.ReactorStatistics;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.service.log.Logger;

/** One reactor: its thread, and the way to it from other threads. */
final class CoreReactor implements Reactor {
    /** How long {@link #stop} waits for the round that is under way. */
    private static final long STOP_MILLIS = 5_000;

    private final int core;
    private final CommandQueue commands = new CommandQueue();
    private final Doorbell doorbell;
    private final PhaseClock clock = new PhaseClock(System.nanoTime());
    private final PollLoop loop;
    private final Thread thread;
    private final Logger logger;

    /** Pollers that run or are about to: ahead of the loop's own count while commands are on their way. */
    private final AtomicInteger load = new AtomicInteger();

    private final CompletableFuture<Void> pinned = new CompletableFuture<>();

    /** No command that is added from now on will be run; volatile, paired with the queue as the doorbell is. */
    private volatile boolean ended;

    private CoreReactor(int core, SpinBudget budget, Doorbell doorbell, Logger logger) {
        this.core = core;
        this.doorbell = doorbell;
        this.logger = logger;
        loop = new PollLoop(Integer.toString(core), commands, doorbell, clock, budget, load::decrementAndGet, logger);
        thread = new Thread(this::live, "hotbay-reactor-" + core);
        thread.setDaemon(true);
    }

    /**
     * Starts a reactor on a core.
     *
     * @throws LinuxException if the thread cannot be pinned, or the kernel is short of descriptors
     */
    static CoreReactor start(int core, SpinBudget budget, Logger logger) throws LinuxException {
        CoreReactor reactor = new CoreReactor(core, budget, Doorbell.create(), logger);
        reactor.thread.start();
        try {
            reactor.pinned.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LinuxException refused) {
                throw refused;
            }
            throw new IllegalStateException("reactor " + core + " cannot start: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            reactor.stop();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reactor " + core + " was starting", e);
        }
        return reactor;
    }

    private void live() {
        try {
            Cpus.pinCurrentThread(core);
        } catch (Throwable cause) {
            end();
            pinned.completeExceptionally(cause);
            return;
        }
        pinned.complete(null);
        try {
            loop.run();
        } finally {
            end();
        }
    }

    private void end() {
        loop.failAll(new IllegalStateException("reactor " + core + " has stopped"));
        ended = true;
        refuseCommands();
        doorbell.close();
    }

    /**
     * Ends the thread and waits for it, but not for ever. Pollers that are still there get {@link Poller#failed} with an
     * {@link IllegalStateException}, so that their owners learn that nobody polls them any more.
     */
    void stop() {
        submit(() -> {
            loop.stop();
            return null;
        });
        if (isCurrent()) {
            return;
        }
        try {
            thread.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            logger.error(
                    "reactor {} has not stopped after {} ms, one of its pollers does not return: {}",
                    core,
                    STOP_MILLIS,
                    pollers());
        }
    }

    /** Changes how long it spins without work before it sleeps. */
    void spin(SpinBudget budget) {
        loop.spin(budget);
    }

    /** Pollers it has or is about to have. */
    int load() {
        return load.get();
    }

    @Override
    public int core() {
        return core;
    }

    @Override
    public CompletableFuture<Void> add(Poller poller) {
        load.incrementAndGet();
        return submit(() -> {
            try {
                loop.add(poller);
                return null;
            } catch (Throwable cause) {
                load.decrementAndGet();
                throw cause;
            }
        });
    }

    @Override
    public CompletableFuture<Void> remove(Poller poller) {
        return submit(() -> {
            if (loop.remove(poller)) {
                load.decrementAndGet();
            }
            return null;
        });
    }

    @Override
    public <T> CompletableFuture<T> run(Callable<T> task) {
        return submit(task);
    }

    private <T> CompletableFuture<T> submit(Callable<T> task) {
        Command<T> command = new Command<>(task);
        if (isCurrent() && !ended) {
            command.run();
            return command.future();
        }
        commands.add(command);
        if (ended) {
            refuseCommands();
        } else {
            doorbell.ring();
        }
        return command.future();
    }

    /** Any thread: the end and a late caller may both come here, each command is taken by one of them. */
    private void refuseCommands() {
        Command<?> command = commands.takeAll();
        while (command != null) {
            Command<?> next = command.next;
            command.refuse(new IllegalStateException("reactor " + core + " has stopped"));
            command = next;
        }
    }

    @Override
    public void watch(int descriptor) {
        try {
            doorbell.watch(descriptor);
        } catch (LinuxException e) {
            throw new IllegalStateException(
                    "reactor " + core + " cannot watch descriptor " + descriptor + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void unwatch(int descriptor) {
        doorbell.unwatch(descriptor);
    }

    @Override
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    @Override
    public ReactorStatistics statistics() {
        PhaseClock.Reading reading = clock.read();
        long id = thread.getId();
        return new ReactorStatistics(
                reading.busy(),
                reading.spin(),
                reading.sleep(),
                loop.rounds(),
                reading.wakeUps(),
                ThreadCosts.processorNanos(id),
                ThreadCosts.allocatedBytes(id));
    }

    @Override
    public List<String> pollers() {
        return loop.names();
    }

    @Override
    public String toString() {
        return "reactor " + core;
    }
}
