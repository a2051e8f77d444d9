// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.ring;

import io.hotbay.bdev.IoCounters;
import io.hotbay.linux.EventFd;
import io.hotbay.linux.FaultWatch;
import io.hotbay.reactor.Poller;
import io.hotbay.reactor.Reactor;
import io.hotbay.vhostuser.internal.memory.MappedLog;
import io.hotbay.vhostuser.internal.memory.RingMemory;
import io.hotbay.virtio.DeviceQueue;
import io.hotbay.virtio.OwnedVirtqueue;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * A ring that is running on a reactor. All methods on the reactor's thread, except where noted.
 *
 * <pre>
 *   running ──drain()──▶ draining ──nothing in flight──▶ stopped
 *      │                    ▲
 *      └──fault──▶ broken ──┘
 * </pre>
 */
final class RingPoller implements Poller {
    private static final int NO_DESCRIPTOR = -1;

    private final String name;
    private final Reactor reactor;
    private final OwnedVirtqueue queue;
    private final DeviceQueue deviceQueue;
    private final MappedLog log;
    /** Access to the ring's memory may fail. */
    private final boolean mayFault;

    private final FaultWatch faults = new FaultWatch();
    private final RingListener listener;
    private final CompletableFuture<Integer> drained = new CompletableFuture<>();
    /** Something besides this thread works on requests, and tells by {@link #wake}. */
    private final boolean asynchronous;

    private int kick;
    private int wake;
    private EventFd call;
    private EventFd error;
    /** Null when no call is held back. */
    private CallCoalescing coalescing;

    /** Anything but fetching and completing: poll() takes the slow way. */
    private boolean special;

    private volatile boolean draining;
    private boolean stopped;
    /** An error came out of the device queue once: what it counts as in flight may be wrong for good. */
    private volatile boolean doubtful;
    /** It came out of draining too, or the reactor polls no more: what is in flight now stays so. */
    private boolean hopeless;

    private volatile String fault;

    /**
     * Takes over a ring and its device queue, and watches for kicks.
     *
     * @param kick the front-end's notifications, or null when the ring is always polled
     * @param log what the ring marks, or null
     */
    RingPoller(
            String name,
            Reactor reactor,
            OwnedVirtqueue queue,
            DeviceQueue deviceQueue,
            EventFd kick,
            EventFd call,
            EventFd error,
            RingMemory memory,
            RingListener listener) {
        this.name = name;
        this.reactor = reactor;
        this.queue = queue;
        this.deviceQueue = deviceQueue;
        this.call = call;
        this.error = error;
        this.log = memory.log();
        this.mayFault = memory.mayFault();
        this.listener = listener;
        this.kick = watch(kick == null ? NO_DESCRIPTOR : kick.number());
        try {
            this.wake = watch(deviceQueue.wakeDescriptor());
        } catch (RuntimeException e) {
            unwatch(this.kick);
            throw e;
        }
        this.asynchronous = wake != NO_DESCRIPTOR;
    }

    private int watch(int descriptor) {
        if (descriptor != NO_DESCRIPTOR) {
            reactor.watch(descriptor);
        }
        return descriptor;
    }

    private int unwatch(int descriptor) {
        if (descriptor != NO_DESCRIPTOR) {
            reactor.unwatch(descriptor);
        }
        return NO_DESCRIPTOR;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int poll() {
        if (special) {
            return pollSpecial();
        }
        int work = work(false);
        String broken = queue.fault();
        if (broken != null) {
            breakDown(broken);
        }
        return work;
    }

    /**
     * Lets the device work and tells the driver. If memory is gone that comes up here, and not when this thread has turned to
     * another ring; also when what was read there instead has made the device fail before.
     */
    private int work(boolean drain) {
        try {
            try {
                int work = drain ? deviceQueue.drain() : deviceQueue.poll();
                notifyDriver();
                return work;
            } finally {
                surfaceFaults();
            }
        } catch (RuntimeException | InternalError e) {
            crash(e);
            return 1;
        }
    }

    private void surfaceFaults() {
        if (mayFault) {
            faults.surface();
        }
    }

    private void notifyDriver() {
        if (log != null) {
            log.announce();
        }
        boolean wanted = queue.takeSignal();
        if (coalescing != null) {
            // a ring that takes nothing new holds nothing back either
            wanted = special ? wanted | coalescing.release() : coalescing.isDue(wanted, queue.completed());
        }
        if (wanted && call != null) {
            call.signal();
            if (call.isBlocked()) {
                queue.fail("the counter of its call eventfd is full, so the driver cannot be notified");
            }
        }
    }

    /** Makes a call that was held back: whatever becomes of the ring, the driver is told of what is completed. */
    private void releaseCall() {
        if (coalescing != null && coalescing.release() && call != null) {
            call.signal();
        }
    }

    /** Changes what can be changed while it runs. */
    void tune(RingTuning tuning) {
        tune(tuning, System::nanoTime);
    }

    void tune(RingTuning tuning, LongSupplier clock) {
        counters().ifPresent(counters -> counters.measure(tuning.histogram()));
        releaseCall();
        coalescing = tuning.coalesces() ? new CallCoalescing(tuning, queue.completed(), clock) : null;
    }

    /** Broken or draining: completes what is under way, and takes nothing new. */
    private int pollSpecial() {
        if (stopped || hopeless) {
            return 0;
        }
        int work = work(true);
        if (draining) {
            finish();
        }
        return work;
    }

    @Override
    public boolean arm() {
        if (stopped || doubtful) {
            return true;
        }
        if (wake == NO_DESCRIPTOR && deviceQueue.inFlight() != deviceQueue.held()) {
            return false;
        }
        if (special) {
            return true;
        }
        // without a kick descriptor the front-end expects to be polled all the time
        return kick != NO_DESCRIPTOR && armQueue();
    }

    private boolean armQueue() {
        try {
            try {
                return queue.arm();
            } finally {
                surfaceFaults();
            }
        } catch (RuntimeException | InternalError e) {
            crash(e);
            return true;
        }
    }

    @Override
    public long sleepLimit() {
        if (stopped || doubtful) {
            return Long.MAX_VALUE;
        }
        long call = coalescing == null ? Long.MAX_VALUE : coalescing.remaining();
        return Math.min(call, deviceQueue.sleepLimit());
    }

    @Override
    public void disarm() {
        if (special) {
            return;
        }
        try {
            try {
                queue.disarm();
            } finally {
                surfaceFaults();
            }
        } catch (RuntimeException | InternalError e) {
            crash(e);
        }
    }

    @Override
    public void failed(Throwable cause) {
        crash(cause);
        hopeless = true;
        if (draining) {
            finish();
        }
    }

    private void crash(Throwable cause) {
        hopeless = doubtful;
        doubtful = true;
        boolean memoryGone = cause instanceof InternalError;
        String reason =
                memoryGone ? "access to guest memory failed, was its file truncated?" : "the device failed: " + cause;
        queue.fail(reason);
        breakDown(reason);
        if (memoryGone) {
            // what was read there last was nonsense, and may have been taken for the driver's mistake
            fault = reason;
        }
    }

    private void breakDown(String reason) {
        special = true;
        releaseCall();
        if (fault != null) {
            return;
        }
        fault = reason;
        // its kicks would only wake the reactor for nothing
        kick = unwatch(kick);
        if (error != null) {
            error.signal();
        }
        listener.broken(name, reason);
    }

    /** Stops to take new requests, and gives everything back as soon as nothing is under way: see {@link #drained}. */
    void drain() {
        draining = true;
        special = true;
        pollSpecial();
        if (hopeless) {
            finish();
        }
    }

    private void finish() {
        if (stopped) {
            return;
        }
        int left = deviceQueue.inFlight();
        if (asynchronous && hopeless) {
            drained.completeExceptionally(new IllegalStateException(left + " requests were lost"));
            return;
        }
        // After an error the count may be wrong for good. Without anybody else at work that does not matter: guest
        // memory
        // is touched by calls of the device queue only, and there will be none.
        boolean harmless = doubtful && !asynchronous;
        if (left != 0 && !harmless) {
            return;
        }
        stopped = true;
        kick = unwatch(kick);
        wake = unwatch(wake);
        try {
            try {
                deviceQueue.stop();
            } finally {
                surfaceFaults();
            }
        } catch (RuntimeException | InternalError e) {
            // nothing works on the ring any more, so it is given back all the same
            crash(e);
        }
        drained.complete(queue.base());
    }

    /** Completes with the ring's base when it has been stopped; exceptionally when that will never be. Any thread. */
    CompletableFuture<Integer> drained() {
        return drained;
    }

    /** Whether it has begun to drain. Any thread. */
    boolean isDraining() {
        return draining;
    }

    /** The last resort: forgets the descriptors without another look at the ring, which stays in flight for ever. */
    void abandon() {
        special = true;
        releaseCall();
        stopped = true;
        kick = unwatch(kick);
        wake = unwatch(wake);
    }

    /** Replaces the driver's notification. */
    void call(EventFd next) {
        call = next;
    }

    /** Replaces the front-end's notification of a broken ring, and makes up for one that came before it. */
    void error(EventFd next) {
        error = next;
        if (next != null && fault != null) {
            next.signal();
        }
    }

    /** Why it is broken, or null. Any thread. */
    String fault() {
        return fault;
    }

    /** What the device queue counts, or empty. Any thread. */
    Optional<IoCounters> counters() {
        return deviceQueue.counters();
    }

    /** Requests under way. Any thread. */
    int inFlight() {
        return deviceQueue.inFlight();
    }

    /** Whether what it counts as under way may never end. Any thread. */
    boolean isDoubtful() {
        return doubtful;
    }

    /** The next position of the available ring, for a ring that was given up. */
    int base() {
        return queue.base();
    }
}
