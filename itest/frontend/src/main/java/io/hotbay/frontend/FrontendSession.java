// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import io.hotbay.linux.LinuxException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A front-end and its guest at work on one disk: made by {@link FrontendProfile#connect}, in the manner of that profile.
 *
 * <p>connect → {@link #start} → requests → {@link #stop} → {@link #restart}, as far as the profile does that → close. For
 * one thread at a time.
 */
public final class FrontendSession implements AutoCloseable {
    /** How often a front-end tries to connect while nobody listens. */
    private static final int RETRY_MILLIS = 20;

    private final FrontendSequence sequence;
    private final SessionOptions options;
    private final Path socket;
    private final FrontendMemory memory;
    private final List<FrontendQueue> queues = new ArrayList<>();
    private FrontendConnection connection;
    private boolean connected = true;
    private boolean again;
    private long offered;
    private long features;
    private long protocolFeatures;
    private BlockConfig config;
    private BackendChannel channel;
    private InflightRegion inflight;
    private boolean memoryKnown;

    private FrontendSession(FrontendSequence sequence, SessionOptions options, Path socket) throws IOException {
        this.sequence = sequence;
        this.options = options;
        this.socket = socket;
        connection = FrontendConnection.connect(socket);
        connection.socket().timeout(options.timeoutMillis());
        memory = options.hugepageSize() == 0
                ? FrontendMemory.ordinaryPages()
                : FrontendMemory.hugepages(options.hugepageSize());
    }

    static FrontendSession connect(FrontendSequence sequence, Path socket, SessionOptions options) throws IOException {
        FrontendSession session = new FrontendSession(sequence, options, socket);
        boolean connected = false;
        try {
            sequence.addMemory(session);
            sequence.connect(session);
            connected = true;
            return session;
        } finally {
            if (!connected) {
                session.close();
            }
        }
    }

    // ---- life

    /** Makes the queues and does what the profile does when the guest's driver is ready. */
    public void start() throws IOException {
        makeQueues();
        sequence.start(this);
    }

    /** Makes the queues ahead of {@link #start}, for a driver that fills them before. */
    public void makeQueues() throws IOException {
        if (queues.isEmpty()) {
            int size = options.queueSize() == 0 ? sequence.queueSize() : options.queueSize();
            for (int i = 0; i < options.queues(); i++) {
                FrontendQueue queue = new FrontendQueue(i, memory, sequence.layout(this, size), features);
                queues.add(queue);
                queue.blocks().failWhenClosed(connection.socket());
            }
        }
    }

    /** Does what the profile does when the guest stops; nothing for those that just close the connection. */
    public void stop() throws IOException {
        sequence.stop(this);
    }

    /** What the profile can do after {@link #stop} on the same connection. */
    public RestartManner restartManner() {
        return sequence.restartManner();
    }

    /** Starts again after {@link #stop}, in the profile's {@link #restartManner}. */
    public void restart() throws IOException {
        switch (restartManner()) {
            case KEEPS_RINGS -> sequence.start(this);
            case RESETS_RINGS -> reset();
            default -> throw new IllegalStateException("this front-end never starts again on the same connection");
        }
    }

    /** Starts again after {@link #stop} as after a reset of the guest: with empty rings. */
    public void reset() throws IOException {
        queues.forEach(FrontendQueue::reset);
        sequence.reset(this);
        sequence.start(this);
    }

    /** Whether the profile makes a new connection by itself when the back-end is gone. */
    public boolean canReconnect() {
        return sequence.canReconnect();
    }

    /**
     * Makes a new connection after the back-end has closed the one before, as the profile does it while a guest runs: with
     * the same memory, the same rings, whatever was in flight, and the in-flight region from before.
     *
     * @param patienceMillis how long to go on trying while nobody listens
     * @throws ProtocolViolationException if the back-end is less than it was
     */
    public void reconnect(int patienceMillis) throws IOException {
        reconnect(patienceMillis, () -> {});
    }

    /**
     * The same with something done before each message. When the back-end dies of that, an exception tells, and the session can
     * reconnect once more.
     */
    public void reconnect(int patienceMillis, Runnable beforeEachMessage) throws IOException {
        if (!canReconnect()) {
            throw new IllegalStateException("this front-end does not reconnect");
        }
        connectAgain(patienceMillis);
        connection.socket().beforeEachMessage(beforeEachMessage);
        sequence.reconnect(this);
        sequence.start(this);
        connection.socket().beforeEachMessage(() -> {});
    }

    /** Closes the connection, as a front-end that crashes; {@link #reconnect} makes a new one. */
    public void disconnect() {
        if (!connected) {
            return;
        }
        connected = false;
        for (FrontendQueue queue : queues) {
            queue.blocks().forgetConnection(connection.socket());
        }
        connection.close();
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }

    private void connectAgain(int patienceMillis) throws IOException {
        disconnect();
        connection = await(socket, patienceMillis);
        connection.socket().timeout(options.timeoutMillis());
        connected = true;
        again = true;
        memoryKnown = false;
        for (FrontendQueue queue : queues) {
            queue.blocks().failWhenClosed(connection.socket());
        }
    }

    private static FrontendConnection await(Path socket, int patienceMillis) throws IOException {
        long deadline = System.nanoTime() + patienceMillis * 1_000_000L;
        while (true) {
            try {
                return FrontendConnection.connect(socket);
            } catch (LinuxException nobody) {
                if (System.nanoTime() > deadline) {
                    throw nobody;
                }
                pause();
            }
        }
    }

    private static void pause() throws InterruptedIOException {
        try {
            Thread.sleep(RETRY_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while nobody listened");
        }
    }

    /** Whether the profile lets a guest's state, the device's included, be saved and restored. */
    public boolean canSnapshot() {
        return sequence.canSnapshot() && hasProtocol(ProtocolFeatures.DEVICE_STATE);
    }

    /** Stops, and takes the device's state. */
    public byte[] snapshot() throws IOException {
        sequence.stop(this);
        return DeviceState.save(connection);
    }

    /** Makes a new connection, as another process that restores a snapshot: the device's state, then rings where they stopped. */
    public void restore(byte[] state) throws IOException {
        connectAgain(0);
        dropInflight();
        sequence.connect(this);
        DeviceState.load(connection, state);
        sequence.resume(this);
    }

    /** Whether the profile adds memory while a guest runs. */
    public boolean canHotplug() {
        return sequence.canHotplug();
    }

    /** Whether the profile takes memory away while a guest runs. */
    public boolean canUnplug() {
        return sequence.canUnplug();
    }

    /** Adds memory while the rings run, in the profile's manner. */
    public FrontendRegion hotplug(long size) throws IOException {
        FrontendRegion region = memory.add(sequence.hotplugAddress(), size);
        sequence.tellAdded(this, region);
        return region;
    }

    /** Takes memory away while the rings run, in the profile's manner; nothing in flight may refer to it. */
    public void unplug(FrontendRegion region) throws IOException {
        memory.forget(region);
        sequence.tellRemoved(this, region);
        memory.remove(region);
    }

    /**
     * Has the back-end note what it writes to guest memory from now on, as when a migration begins.
     */
    public void startLogging(DirtyLog log) throws IOException {
        sequence.setLog(this, log);
        connection.setFeatures(features | DeviceFeatures.LOG_ALL);
        for (FrontendQueue queue : queues) {
            queue.setLogging(connection, true);
        }
        connection.getFeatures();
    }

    /** Has the back-end go on in another log; when this returns it no longer writes to the one before. */
    public void replaceLog(DirtyLog log) throws IOException {
        sequence.setLog(this, log);
    }

    /** Whether the profile has the back-end log what it writes, and the back-end offers that. */
    public boolean canLog() {
        return sequence.canLog() && hasProtocol(ProtocolFeatures.LOG_SHMFD) && (offered & DeviceFeatures.LOG_ALL) != 0;
    }

    /** Ends logging. When this returns the back-end writes to no log any more. */
    public void stopLogging() throws IOException {
        connection.setFeatures(features);
        for (FrontendQueue queue : queues) {
            queue.setLogging(connection, false);
        }
        connection.getFeatures();
    }

    /** Whether the profile pauses a guest by disabling the rings alone. */
    public boolean canPause() {
        return sequence.canPause();
    }

    /** Disables or enables all rings. */
    public void enableQueues(boolean enable) throws IOException {
        for (FrontendQueue queue : queues) {
            queue.enable(connection, enable);
        }
    }

    // ---- what is there

    /** The connection. */
    public FrontendConnection connection() {
        return connection;
    }

    /** The guest's memory. */
    public FrontendMemory memory() {
        return memory;
    }

    /** What the session was asked to use. */
    public SessionOptions options() {
        return options;
    }

    /** The queues; empty before the first {@link #start}. */
    public List<FrontendQueue> queues() {
        return List.copyOf(queues);
    }

    /** The driver of a queue. */
    public BlockDriver driver(int queue) {
        return queues.get(queue).driver();
    }

    /** What the back-end offered. */
    public long offeredFeatures() {
        return offered;
    }

    /** What was negotiated. */
    public long features() {
        return features;
    }

    /** Whether all features of a mask were negotiated. */
    public boolean has(long mask) {
        return (features & mask) == mask;
    }

    /** The protocol features that were negotiated. */
    public long protocolFeatures() {
        return protocolFeatures;
    }

    /** Whether all protocol features of a mask were negotiated. */
    public boolean hasProtocol(long mask) {
        return (protocolFeatures & mask) == mask;
    }

    /** The configuration space as read when connecting. */
    public BlockConfig config() {
        return config;
    }

    /** The in-flight region, or null. */
    public InflightRegion inflight() {
        return inflight;
    }

    /** Takes an in-flight region over from an earlier life, ahead of {@link #start}: it is handed over instead of a new one. */
    public void keepInflight(InflightRegion region) {
        dropInflight();
        inflight = region;
    }

    /** The back-end's own channel, or null. */
    public BackendChannel channel() {
        return channel;
    }

    // ---- for sequences

    /** Takes note of the offer and of what the guest's driver takes of it. */
    void negotiate(long offer, long wanted) throws IOException {
        offered = offer;
        if (again) {
            requireStill("features", offer, features);
            return;
        }
        long rings = options.packed() && sequence.canPack() ? DeviceFeatures.RING_PACKED : 0;
        long taken = offer & (wanted | rings) & ~options.refusedFeatures();
        features = options.queues() > 1 ? taken : taken & ~DeviceFeatures.MQ;
    }

    /** A guest does not learn that there is a new connection: what it was granted must still be there. */
    private static void requireStill(String what, long offer, long taken) throws IOException {
        if ((offer & taken) != taken) {
            throw new ProtocolViolationException(
                    "the back-end no longer offers the " + what + " 0x" + Long.toHexString(taken & ~offer));
        }
    }

    /** Whether this is not the session's first connection. */
    boolean isAgain() {
        return again;
    }

    void protocolFeatures(long negotiated) {
        protocolFeatures = negotiated;
    }

    void config(byte[] content) {
        config = new BlockConfig(content);
    }

    /** Hands the back-end a channel of its own. */
    void openChannel() throws IOException {
        channel = BackendChannel.create();
        channel.handOver(connection);
    }

    void requireQueues(long available) throws IOException {
        if (options.queues() > available) {
            throw new ProtocolViolationException(
                    "the back-end has " + available + " queues, the front-end wants " + options.queues());
        }
    }

    /** Whether this is the first call: for front-ends that tell their memory once. */
    boolean memoryIsNews() {
        boolean news = !memoryKnown;
        memoryKnown = true;
        return news;
    }

    /** Asks for an in-flight region unless there is one, and hands it back, if that was negotiated. */
    void exchangeInflight() throws IOException {
        if (!hasProtocol(ProtocolFeatures.INFLIGHT_SHMFD)) {
            return;
        }
        if (inflight == null) {
            inflight =
                    connection.getInflightFd(queues.size(), queues.get(0).ring().size());
        }
        if (inflight != null) {
            connection.setInflightFd(inflight);
        }
    }

    void dropInflight() {
        if (inflight != null) {
            inflight.close();
            inflight = null;
        }
    }

    @Override
    public void close() {
        disconnect();
        dropInflight();
        queues.forEach(FrontendQueue::close);
        queues.clear();
        memory.close();
    }
}
