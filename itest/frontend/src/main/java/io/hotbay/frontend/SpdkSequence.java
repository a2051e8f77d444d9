// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.io.IOException;

/**
 * SPDK's virtio-user initiator: enables rings before it has told anything about them, and with their size where 1 belongs; wants 256
 * bytes of configuration and exactly as many back, never asks for an acknowledgement but for the features after each memory
 * table. Of the base of a packed ring it tells the available half only.
 */
final class SpdkSequence extends FrontendSequence {
    private static final long FEATURES = DeviceFeatures.BLK_SIZE
            | DeviceFeatures.TOPOLOGY
            | DeviceFeatures.MQ
            | DeviceFeatures.RO
            | DeviceFeatures.DISCARD
            | DeviceFeatures.EVENT_IDX
            | DeviceFeatures.PROTOCOL_FEATURES
            | DeviceFeatures.VERSION_1;

    private static final long PROTOCOL = ProtocolFeatures.MQ | ProtocolFeatures.CONFIG;

    /** The largest configuration space of the protocol, of which it always reads all. */
    private static final int CONFIG_SIZE = 256;

    /** How many fields it reads, each time the whole space: block size, capacity, number of queues. */
    private static final int CONFIG_READS = 3;

    /** Slot 0 and wrap counter 1, in the half that tells where the driver is. */
    private static final int PACKED_BASE = 0x8000;

    @Override
    int queueSize() {
        return 512;
    }

    @Override
    void addMemory(FrontendSession session) throws IOException {
        session.memory().add(FrontendMemory.IDENTITY, session.options().memorySize());
    }

    @Override
    RingLayout layout(FrontendSession session, int size) {
        if (session.has(DeviceFeatures.RING_PACKED)) {
            return PackedRingLayout.deviceOnNextPage(session.memory(), size);
        }
        return super.layout(session, size);
    }

    @Override
    boolean canPack() {
        return true;
    }

    @Override
    void connect(FrontendSession session) throws IOException {
        FrontendConnection connection = session.connection();
        connection.setOwner();
        session.negotiate(connection.getFeatures(), FEATURES);
        connection.setFeatures(session.features());
        negotiateProtocol(session, PROTOCOL);
        for (int i = 0; i < CONFIG_READS; i++) {
            session.config(connection.getConfig(0, CONFIG_SIZE, 0));
        }
    }

    @Override
    void start(FrontendSession session) throws IOException {
        FrontendConnection connection = session.connection();
        for (FrontendQueue queue : session.queues()) {
            queue.enableWithSize(connection);
        }
        session.requireQueues(connection.getQueueNum());
        setCalls(session);
        tellMemory(session);
        for (FrontendQueue queue : session.queues()) {
            queue.setNum(connection);
            queue.setBase(connection, session.has(DeviceFeatures.RING_PACKED) ? PACKED_BASE : 0);
            queue.setAddresses(connection, false);
            queue.setKick(connection);
        }
    }

    @Override
    void stop(FrontendSession session) throws IOException {
        stopAll(session);
        tellMemory(session);
    }

    private static void tellMemory(FrontendSession session) throws IOException {
        session.connection().setMemTable(session.memory().regions());
        session.connection().getFeatures();
    }

    @Override
    RestartManner restartManner() {
        return RestartManner.RECONNECTS;
    }
}
