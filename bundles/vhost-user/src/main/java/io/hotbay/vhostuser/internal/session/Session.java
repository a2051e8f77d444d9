// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import io.hotbay.linux.UnixConnection;
import io.hotbay.target.QueueStatistics;
import io.hotbay.target.SessionStatus;
import io.hotbay.vhostuser.internal.memory.InFlightRegion;
import io.hotbay.vhostuser.internal.memory.MemorySnapshot;
import io.hotbay.vhostuser.internal.memory.RingMemory;
import io.hotbay.vhostuser.internal.ring.Ring;
import io.hotbay.vhostuser.internal.ring.RingEnvironment;
import io.hotbay.vhostuser.internal.ring.RingTuning;
import io.hotbay.vhostuser.internal.wire.Message;
import io.hotbay.vhostuser.internal.wire.MessageRefusedException;
import io.hotbay.vhostuser.internal.wire.MessageType;
import io.hotbay.vhostuser.internal.wire.Reply;
import io.hotbay.vhostuser.internal.wire.Transcript;
import io.hotbay.vhostuser.internal.wire.VringState;
import io.hotbay.virtio.VirtioDevice;
import io.hotbay.virtio.VirtioFeatures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.osgi.service.log.Logger;

/**
 * A session with a front-end: features, memory, rings, and the channel for requests of our own. It assumes no order of
 * messages; after each one it starts the rings that can run. All methods under the lock of its environment, except where noted.
 *
 * <p>Everything that needs rings to stand still is the same: {@linkplain #stopRings stop}, act, {@linkplain #startRings
 * start}. A message, a device that leaves and the end of the session all do that.
 */
public final class Session {
    private final int id;
    private final String name;
    private final FrontEndProcess peer;
    private final SessionEnvironment environment;
    private final Map<MessageType, MessageHandler> handlers = new EnumMap<>(MessageType.class);
    private final FeatureHandlers features = new FeatureHandlers(this);
    private final ConfigHandlers config = new ConfigHandlers(this);
    private final MemoryHandlers memory;
    private final InFlightHandlers inFlight = new InFlightHandlers(this);
    private final LogHandlers log = new LogHandlers(this);
    private final StatusHandlers status = new StatusHandlers(this);
    private final DeviceStateHandlers deviceState = new DeviceStateHandlers(this, config);
    private final BackendChannelHandlers backendChannel = new BackendChannelHandlers(this);
    private final List<Ring> rings = new ArrayList<>();
    private boolean closed;

    /**
     * Begins a session.
     *
     * @param id counts the controller's sessions
     * @param peer who has connected
     * @param environment what the controller lends; there is a device, or was one
     */
    public Session(int id, FrontEndProcess peer, SessionEnvironment environment) {
        this.id = id;
        this.name = environment.controller() + " session " + id;
        this.peer = peer;
        this.environment = environment;
        memory = new MemoryHandlers(this, environment.memoryLimit());
        int count = environment.slot().facts().queues();
        for (int index = 0; index < count; index++) {
            rings.add(new Ring(name, index, environment.patience(), this::ringBroken));
        }
        features.register(handlers);
        config.register(handlers);
        memory.register(handlers);
        inFlight.register(handlers);
        log.register(handlers);
        status.register(handlers);
        deviceState.register(handlers);
        backendChannel.register(handlers);
        new RingHandlers(this).register(handlers);
    }

    private void ringBroken(String ring, String reason) {
        environment.executor().execute(() -> environment.logger().warn("{} is broken: {}", ring, reason));
    }

    /** Its name, for people. Any thread. */
    public String name() {
        return name;
    }

    Logger logger() {
        return environment.logger();
    }

    // ---- messages

    /** Whether messages of a type are carried out. Any thread. */
    public boolean handles(MessageType type) {
        return handlers.containsKey(type);
    }

    /**
     * Carries out a message whose form has been checked. Takes the lock itself.
     *
     * @throws MessageRefusedException if that is not possible; nothing has changed then
     */
    public void handle(MessageType type, Message message, Reply reply) throws MessageRefusedException {
        if (type == MessageType.CHECK_DEVICE_STATE) {
            deviceState.awaitTransfer();
        }
        environment.lock().lock();
        try {
            if (closed) {
                throw new MessageRefusedException("the session has ended");
            }
            try {
                handlers.get(type).handle(message, reply);
            } finally {
                startRings();
            }
        } finally {
            environment.lock().unlock();
        }
    }

    // ---- what handlers work with

    DeviceSlot slot() {
        return environment.slot();
    }

    DeviceFacts facts() {
        return environment.slot().facts();
    }

    List<Ring> rings() {
        return rings;
    }

    int ringCount() {
        return rings.size();
    }

    boolean featuresKnown() {
        return features.featuresKnown();
    }

    long features() {
        return features.features();
    }

    boolean acceptsFeatures() {
        return features.acceptable();
    }

    /** Whether the front-end has accepted a protocol feature. */
    boolean hasAccepted(long protocolFeature) {
        return VirtioFeatures.has(features.protocolFeatures(), protocolFeature);
    }

    /** Whether rings write to the log. */
    boolean isLogging() {
        return log.current() != null && VirtioFeatures.has(features(), VirtioFeatures.LOG_ALL);
    }

    boolean await(CompletableFuture<?> future, String what) {
        return environment.patience().await(future, () -> name + " waits for the device: " + what);
    }

    /** Stops a ring, as every change of something it depends on needs it. It starts again after the message if it can. */
    void stop(Ring ring) {
        ring.requestStop();
        ring.awaitStop();
    }

    /**
     * Stops all rings: when it returns all requests that were taken are completed, and nothing of this session touches guest
     * memory or the device.
     */
    public void stopRings() {
        rings.forEach(Ring::requestStop);
        rings.forEach(Ring::awaitStop);
    }

    /** Starts all rings that can run. */
    public void startRings() {
        RingEnvironment now = environment.slot().environment();
        if (closed || now == null || !features.featuresKnown()) {
            return;
        }
        RingMemory ringMemory = ringMemory();
        boolean started = false;
        for (Ring ring : rings) {
            if (ring.isRunnable(ringMemory.guest())) {
                started |= ring.start(now, ringMemory, features());
            }
        }
        if (started) {
            backendChannel.tellConfigChange();
        }
    }

    /** Lets a ring run on a certain core from now on. */
    public void move(int index, int core) {
        Ring ring = rings.get(index);
        ring.wish(core);
        stop(ring);
        startRings();
    }

    /** Changes what can be changed while rings run. */
    public void tune(RingTuning tuning) {
        environment.slot().tune(tuning);
        rings.forEach(ring -> ring.tune(tuning));
    }

    /**
     * Nobody can answer requests, and has not been able to for too long: the rings that would run are broken until they are
     * {@linkplain #prepare prepared} for another device.
     */
    public void breakRings(String reason) {
        rings.forEach(ring -> ring.breakHeld(reason));
    }

    /** Whether a ring is broken for want of a device. Under the lock. */
    boolean needsReset() {
        return rings.stream().anyMatch(Ring::isBrokenWhileHeld);
    }

    /** Number of rings that are running. */
    public int running() {
        return (int) rings.stream().filter(Ring::isRunning).count();
    }

    /** Number of requests that wait in rings while these stand still. */
    public int waiting() {
        return rings.stream()
                .mapToInt(ring -> ring.waiting(memory.current().memory(), isPacked()))
                .sum();
    }

    boolean isPacked() {
        return VirtioFeatures.has(features(), VirtioFeatures.RING_PACKED);
    }

    private RingMemory ringMemory() {
        InFlightRegion region = inFlight.current();
        int bytes = region == null
                ? 0
                : facts().inFlight().bytes(region.description().queueSize(), isPacked());
        return new RingMemory(memory.current(), region, bytes, isLogging() ? log.current() : null);
    }

    /**
     * RESET_DEVICE, or a status of 0: all rings are as new. Memory and log stay, as they are the front-end's own affair.
     *
     * @param pause whether it may be a mere pause: QEMU sets the status to 0 with each stop of the VM, does not repeat
     *     afterwards what the driver has written to configuration space, and 7.2 asks only then where the rings have stopped
     */
    void reset(boolean pause) {
        stopRings();
        rings.forEach(Ring::reset);
        inFlight.drop();
        status.reset();
        if (!pause) {
            rings.forEach(Ring::forgetBase);
            config.forget();
        }
        RingEnvironment now = environment.slot().environment();
        if (now != null) {
            now.device().reset();
            config.repeatOn(now.device());
            environment.slot().configWritten();
        }
    }

    // ---- configuration space

    void configTold() {
        backendChannel.configTold();
    }

    BackendChannel backendChannel(UnixConnection connection) {
        return new BackendChannel(name, connection, environment.executor(), environment.logger());
    }

    /**
     * The configuration space is not what it was: tells the front-end, now or as soon as it listens. QEMU throws the news away
     * while no ring runs, and after a re-connect it asks only when it is told to.
     */
    public void configChanged() {
        if (rings.stream().anyMatch(Ring::isRunning)) {
            backendChannel.tellConfigChange();
        }
    }

    // ---- the device comes and goes

    /** Brings a device that takes the place of the one before to the state the driver had brought that to. */
    public void prepare(VirtioDevice device) {
        config.repeatOn(device);
        rings.forEach(Ring::settingsChanged);
    }

    /** Ends the session: all rings are drained, all descriptors closed, the memory is unmapped. */
    public void close() {
        if (closed) {
            return;
        }
        stopRings();
        closed = true;
        rings.forEach(Ring::close);
        backendChannel.close();
        memory.close();
        inFlight.drop();
        log.close();
        deviceState.close();
    }

    // ---- another transport takes its place

    /**
     * Ends the session without the front-end noticing: all rings are drained and stand still, but none of its descriptors is lost.
     *
     * @return what brings another session to where this one is
     */
    public Transcript handOver() throws IOException {
        stopRings();
        Transcript transcript = new Transcript();
        try {
            features.record(transcript);
            memory.record(transcript);
            inFlight.record(transcript);
            log.record(transcript);
            config.record(transcript);
            backendChannel.handOver(transcript);
            status.record(transcript);
            for (Ring ring : rings) {
                ring.record(transcript);
            }
            return transcript;
        } catch (IOException e) {
            transcript.close();
            throw e;
        } finally {
            close();
        }
    }

    /**
     * Brings a new session to where another was.
     *
     * @return number of requests that had waited
     * @throws MessageRefusedException if that is not possible any more: a queue less is offered, for example
     */
    public int takeOver(Transcript transcript) throws MessageRefusedException {
        int waited = 0;
        try (transcript;
                // closes what came with a message that is refused
                Message message = new Message();
                Reply reply = new Reply()) {
            for (Transcript.Entry entry = transcript.take(); entry != null; entry = transcript.take()) {
                MessageType type = MessageType.of(entry.request());
                message.load(entry);
                if (type == null || !handles(type)) {
                    throw new MessageRefusedException("message " + entry.request() + " is not known here");
                }
                type.check(message);
                if (type == MessageType.SET_VRING_ENABLE) {
                    // the last message of a ring, by which it starts
                    Ring ring = rings.get(VringState.index(message.payload()));
                    waited += ring.waiting(memory.current().memory(), isPacked());
                }
                reply.clear();
                handle(type, message, reply);
                message.close();
            }
        }
        return waited;
    }

    /** What its queues have done. Any thread. */
    public List<QueueStatistics> statistics() {
        return IntStream.range(0, rings.size())
                .mapToObj(
                        index -> new QueueStatistics(id, index, rings.get(index).statistics()))
                .toList();
    }

    /** How it is now. Any thread. */
    public SessionStatus status() {
        MemorySnapshot snapshot = memory.current();
        return new SessionStatus(
                id,
                peer.pid(),
                peer.uid(),
                peer.gid(),
                peer.name(),
                features.features(),
                features.protocolFeatures(),
                snapshot.count(),
                snapshot.size(),
                rings.stream().map(Ring::status).toList());
    }
}
