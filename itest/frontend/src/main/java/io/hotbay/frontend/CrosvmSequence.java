// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * crosvm: negotiates acknowledgements without ever asking for one, hands over the back-end's channel before it asks for
 * the number of queues, and forwards each of the guest's reads of the configuration space as it is.
 */
final class CrosvmSequence extends FrontendSequence {
    private static final long PROTOCOL = ProtocolFeatures.CONFIG
            | ProtocolFeatures.MQ
            | ProtocolFeatures.BACKEND_REQ
            | ProtocolFeatures.DEVICE_STATE
            | ProtocolFeatures.SHMEM
            | ProtocolFeatures.REPLY_ACK;

    /** Offsets and sizes of the fields that a Linux guest reads, each on its own. */
    private static final int[][] FIELDS = {
        {0, 8}, {8, 4}, {12, 4}, {20, 4}, {24, 1}, {25, 1}, {26, 2}, {28, 4}, {32, 1}, {34, 2}, {36, 4}, {40, 4},
        {44, 4}, {48, 4}, {52, 4}, {56, 1}
    };

    @Override
    int queueSize() {
        return 256;
    }

    @Override
    void connect(FrontendSession session) throws IOException {
        FrontendConnection connection = session.connection();
        connection.setOwner();
        session.negotiate(connection.getFeatures(), DeviceFeatures.BLOCK_DRIVER);
        negotiateProtocol(session, PROTOCOL);
        if (session.hasProtocol(ProtocolFeatures.BACKEND_REQ)) {
            session.openChannel();
        }
        session.requireQueues(session.hasProtocol(ProtocolFeatures.MQ) ? connection.getQueueNum() : 1);
        connection.setFeatures(session.features());
        ByteBuffer content = ByteBuffer.allocate(BlockConfig.SIZE_BEFORE_SECURE_ERASE);
        for (int[] field : FIELDS) {
            content.put(field[0], connection.getConfig(field[0], field[1], 0));
        }
        session.config(content.array());
    }

    @Override
    void start(FrontendSession session) throws IOException {
        FrontendConnection connection = session.connection();
        connection.setMemTable(session.memory().regions());
        for (FrontendQueue queue : session.queues()) {
            queue.setNum(connection);
            queue.setAddresses(connection, false);
            queue.setBase(connection);
            queue.setCall(connection);
            queue.setKick(connection);
            queue.enable(connection, true);
        }
    }

    @Override
    void stop(FrontendSession session) throws IOException {
        for (FrontendQueue queue : session.queues()) {
            queue.enable(session.connection(), false);
            queue.stop(session.connection());
        }
    }

    @Override
    boolean canSnapshot() {
        return true;
    }

    @Override
    RestartManner restartManner() {
        return RestartManner.KEEPS_RINGS;
    }
}
