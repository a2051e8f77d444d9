// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.io.IOException;

/** cloud-hypervisor's {@code --disk vhost_user=true}; up to version 46 it asks for the configuration at 0x100. */
final class CloudHypervisorSequence extends FrontendSequence {
    private static final long PROTOCOL = ProtocolFeatures.CONFIG
            | ProtocolFeatures.MQ
            | ProtocolFeatures.CONFIGURE_MEM_SLOTS
            | ProtocolFeatures.REPLY_ACK
            | ProtocolFeatures.INFLIGHT_SHMFD
            | ProtocolFeatures.LOG_SHMFD
            | ProtocolFeatures.DEVICE_STATE;

    private final int configOffset;

    CloudHypervisorSequence(int configOffset) {
        this.configOffset = configOffset;
    }

    @Override
    int queueSize() {
        return 128;
    }

    @Override
    void connect(FrontendSession session) throws IOException {
        FrontendConnection connection = session.connection();
        connection.tolerateNeedReplyInAnswers();
        connection.setOwner();
        session.negotiate(connection.getFeatures(), DeviceFeatures.BLOCK_DRIVER);
        negotiateProtocol(session, PROTOCOL);
        if (session.hasProtocol(ProtocolFeatures.REPLY_ACK)) {
            connection.needReplyFor(request -> true);
        }
        session.requireQueues(session.hasProtocol(ProtocolFeatures.MQ) ? connection.getQueueNum() : 1);
        session.config(connection.getConfig(configOffset, BlockConfig.SIZE_BEFORE_SECURE_ERASE, RUST_VMM_CONFIG_FLAGS));
    }

    /** It sets the protocol features of before without asking whether they are still offered. */
    @Override
    void reconnect(FrontendSession session) throws IOException {
        FrontendConnection connection = session.connection();
        connection.tolerateNeedReplyInAnswers();
        connection.setOwner();
        session.negotiate(connection.getFeatures(), DeviceFeatures.BLOCK_DRIVER);
        connection.setProtocolFeatures(session.protocolFeatures());
        if (session.hasProtocol(ProtocolFeatures.REPLY_ACK)) {
            connection.needReplyFor(request -> true);
        }
    }

    @Override
    void start(FrontendSession session) throws IOException {
        start(session, false);
    }

    /** A restored ring starts where the saved one was stopped. */
    @Override
    void resume(FrontendSession session) throws IOException {
        start(session, true);
    }

    private void start(FrontendSession session, boolean atSavedBase) throws IOException {
        FrontendConnection connection = session.connection();
        connection.setFeatures(session.features());
        connection.setMemTable(session.memory().regions());
        setNums(session);
        session.exchangeInflight();
        for (FrontendQueue queue : session.queues()) {
            queue.setAddresses(connection, false);
            if (atSavedBase) {
                queue.setBase(connection);
            } else {
                queue.setBaseToAvailableIndex(connection);
            }
            queue.setCall(connection);
            queue.setKick(connection);
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
    void tellAdded(FrontendSession session, FrontendRegion region) throws IOException {
        if (session.hasProtocol(ProtocolFeatures.CONFIGURE_MEM_SLOTS)) {
            session.connection().addMemReg(region);
        } else {
            session.connection().setMemTable(session.memory().regions());
        }
    }

    @Override
    boolean canPause() {
        return true;
    }

    @Override
    boolean canReconnect() {
        return true;
    }

    @Override
    void setLog(FrontendSession session, DirtyLog log) throws IOException {
        session.connection().setLogBaseEchoed(log);
    }

    @Override
    boolean canLog() {
        return true;
    }

    @Override
    boolean canHotplug() {
        return true;
    }

    @Override
    boolean canSnapshot() {
        return true;
    }

    @Override
    RestartManner restartManner() {
        return RestartManner.RESETS_RINGS;
    }
}
