// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.ring;

import io.hotbay.bdev.IoStatistics;
import io.hotbay.linux.EventFd;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.MappingFaults;
import io.hotbay.memory.GuestMemory;
import io.hotbay.reactor.Reactor;
import io.hotbay.target.QueueStatus;
import io.hotbay.vhostuser.internal.memory.RingMemory;
import io.hotbay.vhostuser.internal.wire.MessageType;
import io.hotbay.vhostuser.internal.wire.Transcript;
import io.hotbay.vhostuser.internal.wire.VringAddress;
import io.hotbay.virtio.VirtqueueSetup;
import java.util.BitSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * What the front-end has said about a ring, in whatever order, and the ring on its reactor while it runs. A change of something a
 * running ring depends on is made between {@link #requestStop} with {@link #awaitStop}, and the next start. All methods
 * under the session's lock, except where noted.
 */
public final class Ring {
    /** Offset of the index in a split ring's available ring (virtio 1.x, section 2.7.6). */
    private static final int AVAILABLE_INDEX = 2;

    private static final int INDEX_MASK = 0xffff;

    private final int index;
    private final String name;
    private final Patience patience;
    private final RingListener listener;

    private volatile int size;
    private VringAddress address;
    private int base;
    private boolean baseKnown;
    private EventFd kick;
    private EventFd call;
    private EventFd error;
    private boolean kicked;
    private volatile boolean enabled;
    private volatile RunningRing running;
    private final IoStatistics statistics = new IoStatistics();
    private volatile String fault;
    /** The fault came up at the start, so other settings may help. */
    private boolean startFault;
    /** The fault is that there has been no device for too long. */
    private boolean heldFault;

    /** Where it is to run; empty for anywhere. */
    private final BitSet wished = new BitSet();

    /**
     * Makes a ring nothing is known of.
     *
     * @param session name of the session, for messages
     */
    public Ring(String session, int index, Patience patience, RingListener listener) {
        this.index = index;
        this.name = session + " ring " + index;
        this.patience = patience;
        this.listener = listener;
    }

    /** Its name, for people. */
    public String name() {
        return name;
    }

    /** Whether it is on a reactor. */
    public boolean isRunning() {
        return running != null;
    }

    // ---- what the front-end says; the ring is not running, except where noted

    /** SET_VRING_NUM: the number of descriptors. */
    public void size(int descriptors) {
        size = descriptors;
        settingsChanged();
    }

    /** The number of descriptors, 0 when unknown. */
    public int size() {
        return size;
    }

    /** SET_VRING_ADDR. A running ring may be told the same place again, with logging switched. */
    public void address(VringAddress next) {
        boolean same = next.samePlace(address);
        address = next;
        if (!same) {
            settingsChanged();
        }
    }

    /** SET_VRING_ADDR as it was told last, or null. */
    public VringAddress address() {
        return address;
    }

    /** SET_VRING_BASE. */
    public void base(int position) {
        base = position;
        baseKnown = true;
    }

    /** The position to go on from, as SET_VRING_BASE or the last stop left it. */
    public int base() {
        return base;
    }

    /** SET_VRING_ENABLE. */
    public void enabled(boolean on) {
        enabled = on;
    }

    /**
     * SET_VRING_KICK: the ring is started.
     *
     * @param next the driver's notifications, or null when the ring is to be polled all the time
     */
    public void kick(EventFd next) {
        close(kick);
        kick = next;
        kicked = true;
        clearFault();
    }

    /** SET_VRING_CALL, also while running: how to notify the driver, or null when it polls. */
    public void call(EventFd next) {
        EventFd old = call;
        call = next;
        exchange(poller -> poller.call(next), old);
        if (next != null) {
            // Interrupts lost over a reconnect or a pause are made up for; one too many is harmless to every driver.
            next.signal();
        }
    }

    /** SET_VRING_ERR, also while running: how to tell that the ring is broken, or null. */
    public void error(EventFd next) {
        EventFd old = error;
        error = next;
        exchange(poller -> poller.error(next), old);
    }

    /** The old descriptor is closed only when the poller can no longer write to its number, which may soon be another file. */
    private void exchange(Consumer<RingPoller> change, EventFd old) {
        RunningRing now = running;
        if (now == null || now.change(change, " gets another event descriptor")) {
            close(old);
        }
    }

    /** GET_VRING_BASE: back to not started. The front-end sends new kick and call descriptors for the next start. */
    public void stopped() {
        kicked = false;
        clearFault();
        close(kick);
        kick = null;
        close(call);
        call = null;
    }

    /** Back to the state of a new ring, but for its base and the descriptors that the front-end sends only once. */
    public void reset() {
        size = 0;
        address = null;
        enabled = false;
        kicked = false;
        clearFault();
        close(kick);
        kick = null;
    }

    /** Forgets where it stopped. */
    public void forgetBase() {
        base = 0;
        baseKnown = false;
    }

    /** Wants it to run on a core, as soon as it starts anew. */
    public void wish(int core) {
        wished.clear();
        wished.set(core);
    }

    /** Closes all descriptors. */
    public void close() {
        reset();
        close(call);
        close(error);
        call = null;
        error = null;
    }

    private static void close(EventFd event) {
        if (event != null) {
            event.close();
        }
    }

    /** Something that a start depends on is different now: a start that failed may be tried again. */
    public void settingsChanged() {
        if (startFault) {
            clearFault();
        }
    }

    private void clearFault() {
        startFault = false;
        heldFault = false;
        fault = null;
    }

    /** Records what the front-end has said about it, and where it has got to; it is not running. */
    public void record(Transcript transcript) throws LinuxException {
        if (size > 0) {
            transcript.state(MessageType.SET_VRING_NUM, index, size);
        }
        if (baseKnown) {
            transcript.state(MessageType.SET_VRING_BASE, index, base);
        }
        if (address != null) {
            transcript.add(MessageType.SET_VRING_ADDR, VringAddress.SIZE, payload -> address.put(payload, index));
        }
        record(transcript, MessageType.SET_VRING_CALL, call);
        record(transcript, MessageType.SET_VRING_ERR, error);
        if (kicked) {
            record(transcript, MessageType.SET_VRING_KICK, kick);
        }
        transcript.state(MessageType.SET_VRING_ENABLE, index, enabled ? 1 : 0);
    }

    private void record(Transcript transcript, MessageType type, EventFd event) throws LinuxException {
        transcript.event(type, index, event == null ? null : event.duplicate());
    }

    // ---- running

    /** Number of requests that wait in it while it stands still; 0 for a packed ring, whose driver keeps no count of them. */
    public int waiting(GuestMemory memory, boolean packed) {
        if (packed || address == null || !kicked || !baseKnown) {
            return 0;
        }
        long handle = memory.translateUser(address.available() + AVAILABLE_INDEX, Short.BYTES);
        if (handle == GuestMemory.NONE) {
            return 0;
        }
        try {
            int index = memory.window(GuestMemory.windowOf(handle)).getShort(GuestMemory.offsetOf(handle));
            // an error that came up later would hit this thread elsewhere
            MappingFaults.surface();
            return Math.min(index - base & INDEX_MASK, size);
        } catch (InternalError e) {
            // its file has been truncated: the ring will find that out
            return 0;
        }
    }

    /**
     * Whether it can run now. Asked after every message, so that the order of messages does not matter. A ring that lies outside
     * the memory table waits until the table or the address changes.
     */
    public boolean isRunnable(GuestMemory memory) {
        return running == null
                && kicked
                && enabled
                && fault == null
                && size > 0
                && address != null
                && memory.translateUser(address.descriptor(), 1) != GuestMemory.NONE
                && memory.translateUser(address.available(), 1) != GuestMemory.NONE
                && memory.translateUser(address.used(), 1) != GuestMemory.NONE;
    }

    /**
     * Starts it on the reactor that was wished for, else on the least loaded, which looks at it at once: notifications that were lost
     * meanwhile do not matter. If that fails the ring is broken.
     *
     * @return whether it runs now
     */
    public boolean start(RingEnvironment environment, RingMemory memory, long features) {
        // Before the reactor can touch it: see MemorySnapshot.
        memory.retain();
        Reactor reactor;
        VirtqueueSetup setup;
        try {
            reactor = reactor(environment);
            setup = setup(memory, features);
        } catch (IllegalArgumentException e) {
            memory.release();
            breakAtStart(e.getMessage());
            return false;
        }
        RunningRing.Events events = new RunningRing.Events(kick, call, error);
        CompletableFuture<RingPoller> opened = reactor.run(
                () -> RunningRing.open(name, reactor, environment, setup, memory, baseKnown, events, listener));
        if (!patience.await(opened, () -> name + " starts")) {
            forgetDescriptors();
            breakAtStart("reactor " + reactor.core() + " does not answer");
            return false;
        }
        RingPoller poller;
        try {
            poller = opened.join();
        } catch (CompletionException e) {
            memory.release();
            Throwable cause = e.getCause();
            breakAtStart(cause.getMessage() == null ? cause.toString() : cause.getMessage());
            return false;
        }
        running = new RunningRing(name, environment.backing(), reactor, poller, memory, patience);
        poller.counters().ifPresent(statistics::attach);
        patience.await(reactor.add(poller), () -> name + " starts");
        return true;
    }

    private Reactor reactor(RingEnvironment environment) {
        if (!wished.isEmpty()
                && (environment.cores().isEmpty() || environment.cores().intersects(wished))) {
            try {
                return environment.reactors().leastLoaded(wished);
            } catch (IllegalArgumentException e) {
                // that core has no reactor any more
                wished.clear();
            }
        }
        return environment.reactors().leastLoaded(environment.cores());
    }

    private VirtqueueSetup setup(RingMemory memory, long features) {
        boolean usedLogged = memory.log() != null && address.isLogged();
        return new VirtqueueSetup(
                index,
                size,
                address.descriptor(),
                address.available(),
                address.used(),
                base,
                features,
                memory.guest(),
                memory.inFlightPart(index, size),
                memory.log(),
                usedLogged ? address.log() : VirtqueueSetup.USED_NOT_LOGGED);
    }

    /** Declares it broken, if it would run with a device, until settings or the device {@linkplain #settingsChanged change}. */
    public void breakHeld(String reason) {
        if (running == null && kicked && enabled && fault == null) {
            heldFault = true;
            breakAtStart(reason);
        }
    }

    /** Whether it is broken since {@link #breakHeld}. */
    public boolean isBrokenWhileHeld() {
        return heldFault;
    }

    private void breakAtStart(String reason) {
        startFault = true;
        fault = reason;
        if (error != null) {
            error.signal();
        }
        listener.broken(name, reason);
    }

    /** Changes what can be changed while it runs; nothing happens when it is not running. */
    public void tune(RingTuning tuning) {
        RunningRing now = running;
        if (now != null) {
            now.change(poller -> poller.tune(tuning), " is tuned");
        }
    }

    /** Begins to stop it: no new requests are taken. Nothing happens when it is not running. */
    public void requestStop() {
        RunningRing now = running;
        if (now != null) {
            now.requestStop();
        }
    }

    /**
     * Waits until a stop that was requested is through: all requests are completed, the driver has been told, and nothing of
     * this ring touches guest memory any more. Its base is known then.
     */
    public void awaitStop() {
        RunningRing now = running;
        if (now == null) {
            return;
        }
        RunningRing.Stop stop = now.awaitStop();
        running = null;
        now.poller().counters().ifPresent(statistics::detach);
        base(stop.base());
        fault = stop.fault();
        if (!stop.complete()) {
            listener.broken(name, fault);
        }
        if (!stop.quiet()) {
            forgetDescriptors();
        } else if (stop.complete()) {
            now.memory().release();
        }
    }

    /** A poller may still write to them: they stay open for ever rather than become other files. The ring needs new ones. */
    private void forgetDescriptors() {
        kicked = false;
        kick = null;
        call = null;
        error = null;
    }

    /** What it has done, also in former runs. Any thread. */
    public IoStatistics.Snapshot statistics() {
        return statistics.snapshot();
    }

    /** How it is now. Any thread; the parts may be of slightly different moments. */
    public QueueStatus status() {
        RunningRing now = running;
        String broken = now == null ? fault : now.poller().fault();
        return new QueueStatus(
                index,
                size,
                now == null ? -1 : now.reactor().core(),
                enabled,
                now != null,
                now == null ? 0 : now.poller().inFlight(),
                broken == null ? "" : broken);
    }
}
