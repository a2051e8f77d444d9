// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.testing;

import static io.hotbay.vhostuser.internal.testing.FrontEnd.longs;

import io.hotbay.linux.EventFd;
import io.hotbay.linux.UnixConnection;
import io.hotbay.vhostuser.internal.ring.Patience;
import io.hotbay.vhostuser.internal.ring.RingEnvironment;
import io.hotbay.vhostuser.internal.ring.RingTuning;
import io.hotbay.vhostuser.internal.session.DeviceSlot;
import io.hotbay.vhostuser.internal.session.FrontEndProcess;
import io.hotbay.vhostuser.internal.session.Session;
import io.hotbay.vhostuser.internal.session.SessionEnvironment;
import io.hotbay.vhostuser.internal.session.SessionLoop;
import io.hotbay.vhostuser.internal.wire.MessageType;
import java.io.IOException;
import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;

/** A session over a socket pair, with a front-end at the other end, a device that is made for tests, and guest memory. */
public final class SessionBench implements AutoCloseable {
    /** VERSION_1, PROTOCOL_FEATURES and the device's bit. */
    public static final long FEATURES = 1L << 32 | 1L << 30 | TestDevice.FEATURE;

    private static final Duration LIMIT = Duration.ofMillis(300);

    private final TestReactors reactors = new TestReactors();
    private final RecordingLogger log = new RecordingLogger();
    private final ReentrantLock lock = new ReentrantLock();
    private final DeviceSlot slot = new DeviceSlot();
    private final ExecutorService executor = Executors.newSingleThreadExecutor();
    private final TestVirtqueues virtqueues = new TestVirtqueues();
    private final TestDevice device;
    private final GuestMemoryFile memory;
    private final EventFd interruption = EventFd.create();
    private final Session session;
    private final FrontEnd frontEnd;
    private final CompletableFuture<String> end;
    private final UnixConnection backEnd;

    /** Makes a session with a device of a number of queues. */
    public SessionBench(int queues) throws IOException {
        this(queues, Long.MAX_VALUE);
    }

    /** Makes a session with a device of a number of queues, and a limit of guest memory in bytes. */
    public SessionBench(int queues, long memoryLimit) throws IOException {
        device = new TestDevice(queues);
        slot.fill(new RingEnvironment(
                reactors, new BitSet(), virtqueues, device, true, "bdev Test0", RingTuning.DEFAULT));
        memory = new GuestMemoryFile("bench", 0x10000, 0x10000);
        UnixConnection[] pair = UnixConnection.pair();
        frontEnd = new FrontEnd(pair[0]);
        backEnd = pair[1];
        Patience patience = new Patience(LIMIT, LIMIT, log.logger());
        session = new Session(
                0,
                FrontEndProcess.of(backEnd),
                new SessionEnvironment("vhostblk0", lock, slot, patience, executor, log.logger(), memoryLimit));
        end = CompletableFuture.supplyAsync(() -> {
            String reason = new SessionLoop(backEnd, interruption, session, log.logger()).run();
            lock.lock();
            try {
                session.close();
            } finally {
                lock.unlock();
            }
            backEnd.close();
            return reason;
        });
    }

    public FrontEnd frontEnd() {
        return frontEnd;
    }

    public TestDevice device() {
        return device;
    }

    public TestVirtqueues virtqueues() {
        return virtqueues;
    }

    public TestReactors reactors() {
        return reactors;
    }

    public GuestMemoryFile memory() {
        return memory;
    }

    public Session session() {
        return session;
    }

    public DeviceSlot slot() {
        return slot;
    }

    public RecordingLogger log() {
        return log;
    }

    /** Runs something under the lock, as a controller does. */
    public void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    /** Why the session ended; waits for that. */
    public String end() {
        return end.join();
    }

    /** Features, ownership and memory, as most front-ends begin. */
    public void handshake() throws IOException {
        frontEnd.tell(MessageType.SET_OWNER, longs());
        frontEnd.tell(MessageType.SET_FEATURES, longs(FEATURES));
        frontEnd.tell(MessageType.SET_PROTOCOL_FEATURES, longs(-1));
        frontEnd.tell(MessageType.SET_MEM_TABLE, GuestMemoryFile.table(memory), memory.file());
    }

    /** Ends the session and everything else. */
    @Override
    public void close() throws InterruptedException {
        device.hold(false);
        frontEnd.close();
        end.join();
        reactors.close();
        executor.shutdown();
        memory.close();
        interruption.close();
    }
}
