// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import static io.hotbay.frontend.VhostUserRequest.*;

import io.hotbay.linux.EventFd;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** QEMU's vhost-user-blk. Version 7.2 as recorded; version 10 additionally awaits the effect of ring messages. */
final class QemuSequence extends FrontendSequence {
    /** Bits 0 to 13, 15 and 16, the last that 7.2 knows; 14 is reserved there. */
    private static final long PROTOCOL_7_2 = 0x1bfff;
    /** Bit 18 is SHARED_OBJECT. */
    private static final long PROTOCOL_10 = PROTOCOL_7_2 | 1L << 18 | ProtocolFeatures.DEVICE_STATE;

    private static final Set<Integer> ACKNOWLEDGED_7_2 =
            Set.of(SET_BACKEND_REQ_FD, SET_MEM_TABLE, ADD_MEM_REG, REM_MEM_REG);
    private static final Set<Integer> ACKNOWLEDGED_10 = Set.of(
            SET_BACKEND_REQ_FD,
            SET_MEM_TABLE,
            ADD_MEM_REG,
            REM_MEM_REG,
            SET_VRING_ENABLE,
            SET_VRING_KICK,
            SET_VRING_CALL,
            SET_VRING_ERR);

    /** Device status: ACKNOWLEDGE, DRIVER, DRIVER_OK (virtio 1.x, 2.1). */
    private static final long STATUS_RUNNING = 1 | 2 | 4;
    /** Device status: FEATURES_OK. */
    private static final long STATUS_FEATURES_OK = 8;

    private final boolean isVersion10;

    QemuSequence(boolean isVersion10) {
        this.isVersion10 = isVersion10;
    }

    @Override
    int queueSize() {
        return 128;
    }

    @Override
    void addMemory(FrontendSession session) throws IOException {
        session.memory().addPc(session.options().memorySize());
    }

    @Override
    void connect(FrontendSession session) throws IOException {
        shakeHands(session);
        session.config(session.connection().getConfig(0, BlockConfig.SIZE_WITH_WRITE_ZEROES, 0));
    }

    /** It reads the configuration space once in its life only, and takes the used index for the base it could not ask for. */
    @Override
    void reconnect(FrontendSession session) throws IOException {
        session.queues().forEach(FrontendQueue::guessBase);
        shakeHands(session);
    }

    private void shakeHands(FrontendSession session) throws IOException {
        FrontendConnection connection = session.connection();
        session.negotiate(connection.getFeatures(), DeviceFeatures.BLOCK_DRIVER);
        negotiateProtocol(session, isVersion10 ? PROTOCOL_10 : PROTOCOL_7_2);
        requireConfig(session);
        Set<Integer> acknowledged = isVersion10 ? ACKNOWLEDGED_10 : ACKNOWLEDGED_7_2;
        if (session.hasProtocol(ProtocolFeatures.REPLY_ACK)) {
            connection.needReplyFor(acknowledged::contains);
        }
        session.requireQueues(session.hasProtocol(ProtocolFeatures.MQ) ? connection.getQueueNum() : 1);
        if (session.hasProtocol(ProtocolFeatures.CONFIGURE_MEM_SLOTS)) {
            requireSlots(connection.getMaxMemSlots(), session);
        }
        if (session.hasProtocol(ProtocolFeatures.BACKEND_REQ)) {
            session.openChannel();
        }
        connection.setOwner();
        connection.getFeatures();
        maskNotifiers(session);
    }

    private static void requireConfig(FrontendSession session) throws IOException {
        if (!session.hasProtocol(ProtocolFeatures.CONFIG)) {
            throw new ProtocolViolationException("the back-end does not offer CONFIG, which vhost-user-blk needs");
        }
    }

    private static void requireSlots(long slots, FrontendSession session) throws IOException {
        if (slots < session.memory().regions().size()) {
            throw new ProtocolViolationException("the back-end has " + slots + " memory slots only");
        }
    }

    /** Notifiers that lead nowhere, as long as there is no guest that listens. */
    private static void maskNotifiers(FrontendSession session) throws IOException {
        List<EventFd> masked = new ArrayList<>();
        try {
            for (int i = 0; i < session.options().queues(); i++) {
                masked.add(EventFd.create());
                masked.add(EventFd.create());
                session.connection().setVringCall(i, masked.get(2 * i));
                session.connection().setVringErr(i, masked.get(2 * i + 1));
            }
        } finally {
            masked.forEach(EventFd::close);
        }
    }

    @Override
    void start(FrontendSession session) throws IOException {
        FrontendConnection connection = session.connection();
        connection.setFeatures(session.features());
        session.exchangeInflight();
        setCalls(session);
        connection.setFeatures(session.features());
        addStatus(session, STATUS_FEATURES_OK);
        tellMemory(session);
        for (FrontendQueue queue : session.queues()) {
            queue.setNum(connection);
            queue.setBase(connection);
            queue.setAddresses(connection, true);
            queue.setKick(connection);
        }
        enable(session, true);
        addStatus(session, STATUS_RUNNING);
    }

    private static void tellMemory(FrontendSession session) throws IOException {
        if (!session.memoryIsNews()) {
            return;
        }
        if (!session.hasProtocol(ProtocolFeatures.CONFIGURE_MEM_SLOTS)) {
            session.connection().setMemTable(session.memory().regions());
            return;
        }
        for (FrontendRegion region : session.memory().regions()) {
            session.connection().addMemReg(region);
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
    void tellRemoved(FrontendSession session, FrontendRegion region) throws IOException {
        if (session.hasProtocol(ProtocolFeatures.CONFIGURE_MEM_SLOTS)) {
            session.connection().remMemReg(region, false);
        } else {
            session.connection().setMemTable(session.memory().regions());
        }
    }

    /** Without acknowledgements version 10 waits for an answer to something else. */
    private void enable(FrontendSession session, boolean enable) throws IOException {
        for (FrontendQueue queue : session.queues()) {
            queue.enable(session.connection(), enable);
            if (isVersion10 && !session.hasProtocol(ProtocolFeatures.REPLY_ACK)) {
                session.connection().getFeatures();
            }
        }
    }

    private static void addStatus(FrontendSession session, long bits) throws IOException {
        if (session.hasProtocol(ProtocolFeatures.STATUS)) {
            session.connection().setStatus(session.connection().getStatus() | bits);
        }
    }

    @Override
    void stop(FrontendSession session) throws IOException {
        enable(session, false);
        stopAll(session);
        if (session.hasProtocol(ProtocolFeatures.STATUS)) {
            session.connection().setStatus(0);
        }
    }

    @Override
    void reset(FrontendSession session) throws IOException {
        if (isVersion10 && session.hasProtocol(ProtocolFeatures.RESET_DEVICE)) {
            session.connection().resetDevice();
        }
        session.dropInflight();
    }

    @Override
    boolean canPack() {
        return true;
    }

    @Override
    boolean canReconnect() {
        return true;
    }

    @Override
    boolean canLog() {
        return true;
    }

    @Override
    boolean canUnplug() {
        return true;
    }

    @Override
    boolean canHotplug() {
        return true;
    }

    @Override
    RestartManner restartManner() {
        return RestartManner.KEEPS_RINGS;
    }
}
