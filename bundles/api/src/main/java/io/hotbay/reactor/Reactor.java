// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A thread, pinned to one core, that runs pollers. It spins while there is work, then arms notifications and sleeps until a
 * watched descriptor becomes readable or something is {@linkplain #run run} on it. All methods may be called on any thread.
 */
@ProviderType
public interface Reactor {
    /** The core it is pinned to. */
    int core();

    /** Starts to run a poller. The future completes on the reactor's thread, before the first poll. */
    CompletableFuture<Void> add(Poller poller);

    /** Stops to run a poller. When the future completes, none of its methods is running or will run again. */
    CompletableFuture<Void> remove(Poller poller);

    /**
     * Runs a task between two polls. If the task throws, the future completes with what it threw. Called on the reactor's own
     * thread, it runs at once.
     */
    <T> CompletableFuture<T> run(Callable<T> task);

    /** Wakes the reactor when a descriptor, an eventfd for example, becomes readable. Its contents are not read. */
    void watch(int descriptor);

    /** Ends {@link #watch}; to be called before the descriptor is closed. */
    void unwatch(int descriptor);

    /** Whether the calling thread is this reactor's. */
    boolean isCurrent();

    /** What it has been doing. */
    ReactorStatistics statistics();

    /** Names of the pollers it runs now. */
    List<String> pollers();
}
