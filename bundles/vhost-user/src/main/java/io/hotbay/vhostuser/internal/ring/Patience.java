// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.ring;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.osgi.service.log.Logger;

/**
 * Waits of control threads for reactors and devices. Ordinarily they are patient, because a request that is slow is not lost,
 * and say once what they wait for. While somebody is in a {@linkplain #hurry hurry}, as a bundle that stops is, they give up
 * in the end. Any thread.
 */
public final class Patience {
    /** After how long a wait is told to those who ask. */
    private static final long SHOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How often a wait looks whether somebody is in a hurry by now. */
    private static final long LOOK_MILLIS = 50;

    private final long complainNanos;
    private final long limitNanos;
    private final Logger logger;
    private final List<Delay> delays = new CopyOnWriteArrayList<>();
    private int hurried;
    private long deadline;

    /** A wait that is long enough to be asked about. */
    private record Delay(Supplier<String> what, long start) {
        String text(long now) {
            return what.get() + ": for " + TimeUnit.NANOSECONDS.toMillis(now - start) + " ms";
        }
    }

    /**
     * Makes a patience.
     *
     * @param complain after how long a wait is logged
     * @param limit how long waits last while somebody is in a hurry
     */
    public Patience(Duration complain, Duration limit, Logger logger) {
        this.complainNanos = complain.toNanos();
        this.limitNanos = limit.toNanos();
        this.logger = logger;
    }

    /** From now on all waits, also those under way, end within the limit. */
    public synchronized void hurry() {
        if (hurried++ == 0) {
            deadline = System.nanoTime() + limitNanos;
        }
    }

    /** Ends what {@link #hurry} began. */
    public synchronized void relax() {
        hurried--;
    }

    /** The limit in milliseconds. */
    public long limitMillis() {
        return TimeUnit.NANOSECONDS.toMillis(limitNanos);
    }

    /** What is being waited for already for a while, for how long so far, and when that will be given up if it will. */
    public List<String> delays() {
        long now = System.nanoTime();
        String end = end(now);
        return delays.stream().map(delay -> delay.text(now) + end).toList();
    }

    private synchronized String end(long now) {
        return hurried > 0 ? ", given up in " + TimeUnit.NANOSECONDS.toMillis(Math.max(0, deadline - now)) + " ms" : "";
    }

    private synchronized boolean isExhausted() {
        return hurried > 0 && System.nanoTime() - deadline >= 0;
    }

    /**
     * Waits until a future is complete, with a value or without.
     *
     * @param what is waited for, for people
     * @return false when the wait was given up
     */
    public boolean await(CompletableFuture<?> future, Supplier<String> what) {
        return await(future, what, () -> false);
    }

    /**
     * The same for something that may never happen.
     *
     * @param doubtful asked while waiting: whether to give up after the limit even if nobody is in a hurry
     */
    public boolean await(CompletableFuture<?> future, Supplier<String> what, BooleanSupplier doubtful) {
        long start = System.nanoTime();
        Delay delay = null;
        boolean told = false;
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    future.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                    tellEnd(told, what, start);
                    return true;
                } catch (ExecutionException | CancellationException e) {
                    tellEnd(told, what, start);
                    return true;
                } catch (InterruptedException e) {
                    // whoever interrupts wants an end; but memory in use cannot be given up for that
                    interrupted = true;
                } catch (TimeoutException e) {
                    long waited = System.nanoTime() - start;
                    if (isExhausted() || waited >= limitNanos && doubtful.getAsBoolean()) {
                        logger.error("{}: given up after {} ms", what.get(), TimeUnit.NANOSECONDS.toMillis(waited));
                        return false;
                    }
                    if (delay == null && waited >= Math.min(SHOW_NANOS, complainNanos)) {
                        delay = new Delay(what, start);
                        delays.add(delay);
                    }
                    if (!told && waited >= complainNanos) {
                        told = true;
                        logger.warn("{}: still waiting after {} ms", what.get(), TimeUnit.NANOSECONDS.toMillis(waited));
                    }
                }
            }
        } finally {
            if (delay != null) {
                delays.remove(delay);
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void tellEnd(boolean told, Supplier<String> what, long start) {
        if (told) {
            logger.info("{}: over after {} ms", what.get(), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        }
    }
}
