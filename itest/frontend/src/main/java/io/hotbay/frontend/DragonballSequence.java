// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.io.IOException;

/**
 * Dragonball, Kata's own monitor: reads the configuration at 0x100 before it owns the session, acknowledging everything
 * that is offered, and then goes through the whole handshake again with what it really uses.
 */
final class DragonballSequence extends FrontendSequence {
    private static final int CONFIG_OFFSET = 0x100;

    private static final long PROTOCOL = ProtocolFeatures.MQ
            | ProtocolFeatures.CONFIG
            | ProtocolFeatures.CONFIGURE_MEM_SLOTS
            | ProtocolFeatures.REPLY_ACK;

    @Override
    int queueSize() {
        return 128;
    }

    @Override
    void connect(FrontendSession session) throws IOException {
        FrontendConnection connection = session.connection();
        session.negotiate(connection.getFeatures(), DeviceFeatures.BLOCK_DRIVER);
        connection.setFeatures(session.offeredFeatures());
        connection.setProtocolFeatures(connection.getProtocolFeatures());
        session.config(
                connection.getConfig(CONFIG_OFFSET, BlockConfig.SIZE_BEFORE_SECURE_ERASE, RUST_VMM_CONFIG_FLAGS));
    }

    /** Its second handshake is all that it repeats. */
    @Override
    void reconnect(FrontendSession session) {}

    @Override
    void start(FrontendSession session) throws IOException {
        FrontendConnection connection = session.connection();
        connection.setOwner();
        session.negotiate(connection.getFeatures(), DeviceFeatures.BLOCK_DRIVER);
        connection.setFeatures(session.features());
        negotiateProtocol(session, PROTOCOL);
        if (!session.hasProtocol(ProtocolFeatures.MQ)) {
            throw new ProtocolViolationException("the back-end does not offer MQ, which Dragonball needs");
        }
        session.requireQueues(connection.getQueueNum());
        setCalls(session);
        connection.setMemTable(session.memory().regions());
        setNums(session);
        if (!session.isAgain()) {
            for (FrontendQueue queue : session.queues()) {
                queue.setBase(connection);
            }
        }
        for (FrontendQueue queue : session.queues()) {
            queue.setAddresses(connection, false);
        }
        for (FrontendQueue queue : session.queues()) {
            queue.setKick(connection);
        }
        setCalls(session);
        session.enableQueues(true);
    }

    @Override
    void stop(FrontendSession session) {
        // Dragonball closes the socket.
    }

    @Override
    boolean canReconnect() {
        return true;
    }

    @Override
    RestartManner restartManner() {
        return RestartManner.RECONNECTS;
    }
}
