// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.io.IOException;

/**
 * libblkio, as recorded: guest addresses are its own addresses, the rings lie in a region of odd size, the data in a region
 * that is added when the rings run already; everything is acknowledged from the moment that is negotiated. Packed rings, which its
 * source has: it gives 0 as their base too.
 */
final class LibblkioSequence extends FrontendSequence {
    private static final long FEATURES = DeviceFeatures.SIZE_MAX
            | DeviceFeatures.SEG_MAX
            | DeviceFeatures.RO
            | DeviceFeatures.BLK_SIZE
            | DeviceFeatures.FLUSH
            | DeviceFeatures.TOPOLOGY
            | DeviceFeatures.CONFIG_WCE
            | DeviceFeatures.MQ
            | DeviceFeatures.DISCARD
            | DeviceFeatures.WRITE_ZEROES
            | DeviceFeatures.EVENT_IDX
            | DeviceFeatures.PROTOCOL_FEATURES
            | DeviceFeatures.VERSION_1;

    private static final long PROTOCOL = ProtocolFeatures.MQ
            | ProtocolFeatures.REPLY_ACK
            | ProtocolFeatures.CONFIG
            | ProtocolFeatures.CONFIGURE_MEM_SLOTS;
    private static final long PROTOCOL_REQUIRED = PROTOCOL & ~ProtocolFeatures.MQ;

    /** How often it reads the configuration before it starts: once for each property that is asked for. */
    private static final int CONFIG_READS = 4;

    /** Bytes that follow each queue's ring for each descriptor: header, status and others of a request. */
    private static final int REQUEST_BYTES = 33;

    @Override
    int queueSize() {
        return 256;
    }

    @Override
    void addMemory(FrontendSession session) throws IOException {
        SessionOptions options = session.options();
        int size = options.queueSize() == 0 ? queueSize() : options.queueSize();
        // features are not known yet, and a packed ring is smaller
        long queueBytes = SplitRingLayout.packedBytes(size) + (long) REQUEST_BYTES * size;
        session.memory().add(FrontendMemory.IDENTITY, options.queues() * queueBytes);
    }

    @Override
    RingLayout layout(FrontendSession session, int size) {
        FrontendRegion rings = session.memory().regions().get(0);
        if (session.has(DeviceFeatures.RING_PACKED)) {
            return PackedRingLayout.packedTogether(session.memory(), rings, size);
        }
        return SplitRingLayout.packedTogether(session.memory(), rings, size);
    }

    @Override
    void connect(FrontendSession session) throws IOException {
        FrontendConnection connection = session.connection();
        connection.tolerateNeedReplyInAnswers();
        connection.setOwner();
        session.negotiate(connection.getFeatures(), FEATURES);
        connection.setFeatures(session.features());
        negotiateProtocol(session, PROTOCOL);
        if (!session.hasProtocol(PROTOCOL_REQUIRED)) {
            throw new ProtocolViolationException("the back-end lacks REPLY_ACK, CONFIG or CONFIGURE_MEM_SLOTS");
        }
        connection.needReplyFor(request -> true);
        session.requireQueues(session.hasProtocol(ProtocolFeatures.MQ) ? connection.getQueueNum() : 1);
        connection.getMaxMemSlots();
        for (int i = 0; i < CONFIG_READS; i++) {
            session.config(connection.getConfig(0, BlockConfig.SIZE_BEFORE_SECURE_ERASE, 0));
        }
    }

    @Override
    void start(FrontendSession session) throws IOException {
        FrontendConnection connection = session.connection();
        connection.addMemReg(session.memory().regions().get(0));
        for (FrontendQueue queue : session.queues()) {
            queue.setNum(connection);
            queue.setBase(connection, 0);
            queue.setAddresses(connection, false);
            queue.setKick(connection);
            queue.setCall(connection);
            queue.enable(connection, true);
        }
        FrontendRegion data =
                session.memory().add(FrontendMemory.IDENTITY, session.options().memorySize());
        connection.addMemReg(data);
    }

    /** The rings are never stopped: it takes the data away and closes the socket. */
    @Override
    void stop(FrontendSession session) throws IOException {
        session.connection().remMemReg(session.memory().regions().get(1), true);
    }

    /** An application maps and unmaps memory whenever it likes. */
    @Override
    void tellAdded(FrontendSession session, FrontendRegion region) throws IOException {
        session.connection().addMemReg(region);
    }

    @Override
    void tellRemoved(FrontendSession session, FrontendRegion region) throws IOException {
        session.connection().remMemReg(region, true);
    }

    @Override
    long hotplugAddress() {
        return FrontendMemory.IDENTITY;
    }

    @Override
    boolean canPack() {
        return true;
    }

    @Override
    boolean canHotplug() {
        return true;
    }

    @Override
    boolean canUnplug() {
        return true;
    }

    @Override
    RestartManner restartManner() {
        return RestartManner.RECONNECTS;
    }
}
