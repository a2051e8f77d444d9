// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.io.IOException;
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
    private final FrontendSequence sequence;
    private final SessionOptions options;
    private final FrontendConnection connection;
    private final FrontendMemory memory;
    private final List<FrontendQueue> queues = new ArrayList<>();
    private long offered;
    private long features;
    private long protocolFeatures;
    private BlockConfig config;
    private BackendChannel channel;
    private InflightRegion inflight;
    private boolean memoryKnown;

    private FrontendSession(FrontendSequence sequence, SessionOptions options, FrontendConnection connection) {
        this.sequence = sequence;
        this.options = options;
        this.connection = connection;
        memory = options.hugepageSize() == 0
                ? FrontendMemory.ordinaryPages()
                : FrontendMemory.hugepages(options.hugepageSize());
    }

    static FrontendSession connect(FrontendSequence sequence, Path socket, SessionOptions options) throws IOException {
        FrontendSession session = new FrontendSession(sequence, options, FrontendConnection.connect(socket));
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
        if (queues.isEmpty()) {
            int size = options.queueSize() == 0 ? sequence.queueSize() : options.queueSize();
            for (int i = 0; i < options.queues(); i++) {
                FrontendQueue queue = new FrontendQueue(i, memory, sequence.layout(this, size), features);
                queue.blocks().failWhenClosed(connection.socket());
                queues.add(queue);
            }
        }
        sequence.start(this);
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

    /** The back-end's own channel, or null. */
    public BackendChannel channel() {
        return channel;
    }

    // ---- for sequences

    /** Takes note of the offer and of what the guest's driver takes of it. */
    void negotiate(long offer, long wanted) {
        offered = offer;
        long taken = offer & wanted & ~options.refusedFeatures();
        features = options.queues() > 1 ? taken : taken & ~DeviceFeatures.MQ;
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
        connection.close();
        if (channel != null) {
            channel.close();
        }
        dropInflight();
        queues.forEach(FrontendQueue::close);
        queues.clear();
        memory.close();
    }
}
