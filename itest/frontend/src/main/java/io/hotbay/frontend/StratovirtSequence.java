// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import static io.hotbay.frontend.VhostUserRequest.*;

import java.io.IOException;
import java.util.Set;

/**
 * StratoVirt: sets NEED_REPLY on its queries without having negotiated it, reads the configuration before it owns the
 * session, and writes the whole configuration space when the guest writes one byte of it.
 */
final class StratovirtSequence extends FrontendSequence {
    private static final long FEATURES = DeviceFeatures.VERSION_1
            | DeviceFeatures.PROTOCOL_FEATURES
            | DeviceFeatures.SIZE_MAX
            | DeviceFeatures.TOPOLOGY
            | DeviceFeatures.BLK_SIZE
            | DeviceFeatures.FLUSH
            | DeviceFeatures.DISCARD
            | DeviceFeatures.WRITE_ZEROES
            | DeviceFeatures.SEG_MAX
            | DeviceFeatures.RO
            | DeviceFeatures.MQ;

    private static final long PROTOCOL =
            ProtocolFeatures.MQ | ProtocolFeatures.CONFIG | ProtocolFeatures.INFLIGHT_SHMFD;

    private static final Set<Integer> FLAGGED =
            Set.of(GET_FEATURES, GET_PROTOCOL_FEATURES, GET_CONFIG, GET_QUEUE_NUM, GET_INFLIGHT_FD);

    @Override
    int queueSize() {
        return 256;
    }

    @Override
    void connect(FrontendSession session) throws IOException {
        FrontendConnection connection = session.connection();
        connection.tolerateNeedReplyInAnswers();
        connection.needReplyFor(FLAGGED::contains);
        session.negotiate(connection.getFeatures(), FEATURES);
        negotiateProtocol(session, PROTOCOL);
        session.config(connection.getConfig(0, BlockConfig.SIZE_BEFORE_SECURE_ERASE, 0));
        session.requireQueues(session.hasProtocol(ProtocolFeatures.MQ) ? connection.getQueueNum() : 1);
    }

    @Override
    void start(FrontendSession session) throws IOException {
        FrontendConnection connection = session.connection();
        connection.setOwner();
        connection.setFeatures(session.features());
        connection.setMemTable(session.memory().regions());
        session.exchangeInflight();
        setNums(session);
        for (FrontendQueue queue : session.queues()) {
            queue.setAddresses(connection, false);
            queue.setBaseToAvailableIndex(connection);
            queue.setKick(connection);
            queue.setCall(connection);
        }
        session.enableQueues(true);
    }

    @Override
    void stop(FrontendSession session) throws IOException {
        for (FrontendQueue queue : session.queues()) {
            queue.enable(session.connection(), false);
            queue.stop(session.connection());
        }
    }

    @Override
    boolean canReconnect() {
        return true;
    }

    @Override
    RestartManner restartManner() {
        return RestartManner.RESETS_RINGS;
    }
}
