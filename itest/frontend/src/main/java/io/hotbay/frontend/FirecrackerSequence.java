// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.io.IOException;

/** Firecracker: one queue, hardly any features, never an acknowledgement; it ends by closing. */
final class FirecrackerSequence extends FrontendSequence {
    private static final long FEATURES = DeviceFeatures.VERSION_1
            | DeviceFeatures.EVENT_IDX
            | DeviceFeatures.PROTOCOL_FEATURES
            | DeviceFeatures.FLUSH
            | DeviceFeatures.RO;

    @Override
    int queueSize() {
        return 256;
    }

    @Override
    void connect(FrontendSession session) throws IOException {
        FrontendConnection connection = session.connection();
        connection.setOwner();
        session.negotiate(connection.getFeatures(), FEATURES);
        session.requireQueues(1);
        negotiateProtocol(session, ProtocolFeatures.CONFIG);
        session.config(connection.getConfig(0, BlockConfig.SIZE_BEFORE_SECURE_ERASE, RUST_VMM_CONFIG_FLAGS));
    }

    @Override
    void start(FrontendSession session) throws IOException {
        FrontendConnection connection = session.connection();
        connection.setFeatures(session.features());
        connection.setMemTable(session.memory().regions());
        setNums(session);
        for (FrontendQueue queue : session.queues()) {
            queue.setAddresses(connection, false);
            queue.setBaseToAvailableIndex(connection);
            queue.setCall(connection);
            queue.setKick(connection);
            queue.enable(connection, true);
        }
    }

    @Override
    void stop(FrontendSession session) {
        // Firecracker has no message for it: the process ends and the socket closes.
    }

    @Override
    RestartManner restartManner() {
        return RestartManner.RECONNECTS;
    }
}
