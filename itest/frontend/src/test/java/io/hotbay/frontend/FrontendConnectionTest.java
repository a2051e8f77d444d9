// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.EventFd;
import io.hotbay.linux.UnixConnection;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The other half of a socket pair answers before it is asked: its answers wait in the socket. */
@Timeout(20)
class FrontendConnectionTest {
    private static final int NEED_REPLY_LEFT = 0xd;

    private FrontendConnection connection;
    private MessageSocket backend;

    @BeforeEach
    void connect() throws IOException {
        UnixConnection[] pair = UnixConnection.pair();
        connection = FrontendConnection.over(pair[0]);
        backend = MessageSocket.over(pair[1]);
    }

    @AfterEach
    void disconnect() {
        connection.close();
        backend.close();
    }

    private void answer(int request, int flags, long value) throws IOException {
        backend.send(request, flags, MessageSocket.payload(8).putLong(0, value), List.of());
    }

    @Test
    void shouldAskForFeatures() throws IOException {
        answer(VhostUserRequest.GET_FEATURES, FrontendConnection.REPLY_FLAGS, 0x175007e46L);
        assertThat(connection.getFeatures()).isEqualTo(0x175007e46L);
        try (Message asked = backend.receive()) {
            assertThat(asked.request()).isEqualTo(1);
            assertThat(asked.flags()).isEqualTo(1);
            assertThat(asked.payload().limit()).isZero();
        }
    }

    @Test
    void shouldRefuseAnAnswerThatStillNeedsAReply() throws IOException {
        answer(VhostUserRequest.GET_FEATURES, NEED_REPLY_LEFT, 0);
        assertThatThrownBy(() -> connection.getFeatures())
                .isInstanceOf(ProtocolViolationException.class)
                .hasMessage("answer to GET_FEATURES has flags 0xd instead of 0x5");
    }

    @Test
    void shouldAcceptSuchAnAnswerWhenToldTo() throws IOException {
        connection.tolerateNeedReplyInAnswers();
        answer(VhostUserRequest.GET_FEATURES, NEED_REPLY_LEFT, 3);
        assertThat(connection.getFeatures()).isEqualTo(3);
    }

    @Test
    void shouldRefuseTheAnswerToAnotherRequest() throws IOException {
        answer(VhostUserRequest.GET_QUEUE_NUM, FrontendConnection.REPLY_FLAGS, 0);
        assertThatThrownBy(() -> connection.getFeatures())
                .isInstanceOf(ProtocolViolationException.class)
                .hasMessage("answer to GET_FEATURES carries the id of GET_QUEUE_NUM");
    }

    @Test
    void shouldRefuseAnAnswerOfTheWrongSize() throws IOException {
        backend.send(
                VhostUserRequest.GET_FEATURES, FrontendConnection.REPLY_FLAGS, MessageSocket.payload(4), List.of());
        assertThatThrownBy(() -> connection.getFeatures())
                .isInstanceOf(ProtocolViolationException.class)
                .hasMessage("answer to GET_FEATURES has 4 bytes instead of 8");
    }

    @Test
    void shouldSayThatTheBackendClosed() {
        backend.close();
        assertThatThrownBy(() -> connection.getFeatures()).isInstanceOf(IOException.class);
    }

    @Test
    void shouldSayThatTheBackendClosedInsteadOfAnswering() throws IOException {
        connection.setOwner();
        try (Message owner = backend.receive()) {
            assertThat(owner.request()).isEqualTo(VhostUserRequest.SET_OWNER);
        }
        backend.close();
        connection.socket().awaitClosed();
        assertThatThrownBy(() -> connection.socket().receive()).isInstanceOf(EOFException.class);
    }

    @Test
    void shouldSayThatNoAnswerCame() {
        connection.socket().timeout(1);
        assertThatThrownBy(() -> connection.getFeatures())
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessage("GET_FEATURES was not answered: no message came within 1 ms");
    }

    @Test
    void shouldAwaitAnAcknowledgementWhereOneIsWanted() throws IOException {
        connection.needReplyFor(request -> request == VhostUserRequest.SET_VRING_ENABLE);
        connection.setVringNum(0, 128);
        answer(VhostUserRequest.SET_VRING_ENABLE, FrontendConnection.REPLY_FLAGS, 0);
        connection.setVringEnable(3, 1);
        try (Message num = backend.receive();
                Message enable = backend.receive()) {
            assertThat(num.flags()).isEqualTo(0x1);
            assertThat(enable.flags()).isEqualTo(0x9);
            assertThat(enable.payload().getInt(0)).isEqualTo(3);
            assertThat(enable.payload().getInt(4)).isEqualTo(1);
        }
    }

    @Test
    void shouldReportARefusal() throws IOException {
        connection.needReplyFor(request -> true);
        answer(VhostUserRequest.SET_OWNER, FrontendConnection.REPLY_FLAGS, 1);
        assertThatThrownBy(() -> connection.setOwner())
                .isInstanceOf(RequestRefusedException.class)
                .hasMessage("the back-end refused SET_OWNER with 1");
    }

    @Test
    void shouldWriteRingAddressesInTheirOrder() throws IOException {
        connection.setVringAddr(2, 0, 0x1000, 0x3000, 0x2000, 0x9);
        try (Message message = backend.receive()) {
            ByteBuffer payload = message.payload();
            assertThat(payload.limit()).isEqualTo(40);
            assertThat(payload.getInt(0)).isEqualTo(2);
            assertThat(payload.getLong(8)).as("descriptors").isEqualTo(0x1000);
            assertThat(payload.getLong(16)).as("used").isEqualTo(0x3000);
            assertThat(payload.getLong(24)).as("available").isEqualTo(0x2000);
            assertThat(payload.getLong(32)).as("log").isEqualTo(0x9);
        }
    }

    @Test
    void shouldPassAKickDescriptorOrSayThatThereIsNone() throws IOException {
        try (EventFd kick = EventFd.create()) {
            connection.setVringKick(1, kick);
            connection.setVringKick(1, null);
            try (Message with = backend.receive();
                    Message without = backend.receive()) {
                assertThat(with.u64()).isEqualTo(1);
                assertThat(with.descriptors()).hasSize(1);
                assertThat(without.u64()).isEqualTo(0x101);
                assertThat(without.descriptors()).isEmpty();
                try (EventFd received = EventFd.adopt(with.descriptors().get(0).duplicate())) {
                    received.signal();
                }
            }
            assertThat(kick.drain()).isEqualTo(1);
        }
    }

    @Test
    void shouldDescribeMemoryAndPassItsFiles() throws IOException {
        try (FrontendMemory memory = FrontendMemory.ordinaryPages()) {
            memory.addPc(2 << 20);
            memory.window(0xc0000, 8).putLong(0, 42);
            connection.setMemTable(memory.regions());
            try (Message message = backend.receive()) {
                ByteBuffer payload = message.payload();
                assertThat(payload.limit()).isEqualTo(8 + 2 * 32);
                assertThat(payload.getInt(0)).isEqualTo(2);
                int second = 8 + 32;
                assertThat(payload.getLong(second)).isEqualTo(0xc0000);
                assertThat(payload.getLong(second + 8)).isEqualTo((2 << 20) - 0xc0000);
                assertThat(payload.getLong(second + 16)).isEqualTo(memory.userAddress(0xc0000));
                assertThat(payload.getLong(second + 24)).isEqualTo(0xc0000);
                assertThat(message.descriptors()).hasSize(2);
                ByteBuffer content = ByteBuffer.allocateDirect(8).order(ByteOrder.LITTLE_ENDIAN);
                Descriptor file = message.descriptors().get(1);
                assertThat(file.pread(content, 0xc0000)).isEqualTo(8);
                assertThat(content.getLong(0)).isEqualTo(42);
            }
        }
    }

    @Test
    void shouldRefuseConfigurationOfAnotherPlace() throws IOException {
        ByteBuffer payload = MessageSocket.payload(12 + 8).putInt(0, 8).putInt(4, 8);
        backend.send(VhostUserRequest.GET_CONFIG, FrontendConnection.REPLY_FLAGS, payload, List.of());
        assertThatThrownBy(() -> connection.getConfig(0, 8, 0))
                .isInstanceOf(ProtocolViolationException.class)
                .hasMessage("answer to GET_CONFIG of 8 bytes at 0 is for 8 bytes at 8");
    }

    @Test
    void shouldTakeAnInflightRegionAndHandItBack() throws IOException {
        ByteBuffer payload = MessageSocket.payload(24).putLong(0, 4096).putLong(8, 64);
        try (EventFd anyFile = EventFd.create()) {
            backend.send(
                    VhostUserRequest.GET_INFLIGHT_FD,
                    FrontendConnection.REPLY_FLAGS,
                    payload,
                    List.of(Descriptor.adopt(anyFile.number())));
        }
        try (InflightRegion region = connection.getInflightFd(2, 128);
                Message asked = backend.receive()) {
            assertThat(asked.payload().getShort(16)).isEqualTo((short) 2);
            assertThat(asked.payload().getShort(18)).isEqualTo((short) 128);
            connection.setInflightFd(region);
            try (Message back = backend.receive()) {
                assertThat(back.payload().getLong(0)).isEqualTo(4096);
                assertThat(back.payload().getLong(8)).isEqualTo(64);
                assertThat(back.descriptors()).hasSize(1);
            }
        }
    }

    @Test
    void shouldHandOverALogAndWantItDescribed() throws IOException {
        try (DirtyLog log = DirtyLog.ofSize(64, 4096)) {
            ByteBuffer echo = MessageSocket.payload(16).putLong(0, 64).putLong(8, 4096);
            backend.send(VhostUserRequest.SET_LOG_BASE, FrontendConnection.REPLY_FLAGS, echo, List.of());
            connection.setLogBaseEchoed(log);
            try (Message sent = backend.receive()) {
                assertThat(sent.payload().getLong(0)).isEqualTo(64);
                assertThat(sent.payload().getLong(8)).isEqualTo(4096);
                assertThat(sent.descriptors()).hasSize(1);
            }
            answer(VhostUserRequest.SET_LOG_BASE, FrontendConnection.REPLY_FLAGS, 0);
            assertThatThrownBy(() -> connection.setLogBaseEchoed(log))
                    .hasMessage("answer to SET_LOG_BASE has 8 bytes instead of 16");
            answer(VhostUserRequest.SET_LOG_BASE, FrontendConnection.REPLY_FLAGS, 0);
            connection.setLogBase(log);
        }
    }

    @Test
    void shouldRefuseAStateThatTheBackendFailedToTake() throws IOException {
        answer(VhostUserRequest.SET_DEVICE_STATE_FD, FrontendConnection.REPLY_FLAGS, 5);
        assertThatThrownBy(() -> DeviceState.save(connection))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessage("the back-end refused SET_DEVICE_STATE_FD with 5");
        answer(VhostUserRequest.SET_DEVICE_STATE_FD, FrontendConnection.REPLY_FLAGS, 0);
        assertThatThrownBy(() -> DeviceState.save(connection))
                .as("neither an error nor the bit that says that there is no descriptor")
                .isInstanceOf(ProtocolViolationException.class);
    }

    @Test
    void shouldLoadAStateAndHaveItConfirmed() throws IOException {
        byte[] state = {1, 2, 3};
        answer(VhostUserRequest.SET_DEVICE_STATE_FD, FrontendConnection.REPLY_FLAGS, 0x100);
        answer(VhostUserRequest.CHECK_DEVICE_STATE, FrontendConnection.REPLY_FLAGS, 1);
        assertThatThrownBy(() -> DeviceState.load(connection, state))
                .hasMessage("the back-end refused CHECK_DEVICE_STATE with 1");
        try (Message sent = backend.receive()) {
            assertThat(sent.payload().getInt(0)).as("direction").isEqualTo(1);
            UnixConnection end = UnixConnection.adopt(sent.descriptors().get(0).duplicate());
            ByteBuffer received = ByteBuffer.allocateDirect(8);
            assertThat(end.receiveFully(received.limit(3), new ArrayList<>())).isTrue();
            assertThat(received.get(2)).isEqualTo((byte) 3);
            assertThat(end.receive(received.clear(), new ArrayList<>()))
                    .as("it ends")
                    .isEqualTo(-1);
            end.close();
        }
    }

    @Test
    void shouldSendWhatNoFrontendWould() throws IOException {
        connection.socket().send(99, 0x3, 8, MessageSocket.payload(8).putLong(0, 5), List.of());
        try (Message message = backend.receive()) {
            assertThat(message.request()).isEqualTo(99);
            assertThat(message.flags()).isEqualTo(3);
        }
    }

    @Test
    void shouldReceiveWhatTheBackendSaysOnItsOwnChannel() throws IOException {
        try (BackendChannel channel = BackendChannel.create()) {
            channel.handOver(connection);
            try (Message handed = backend.receive()) {
                assertThat(handed.request()).isEqualTo(VhostUserRequest.SET_BACKEND_REQ_FD);
                UnixConnection far =
                        UnixConnection.adopt(handed.descriptors().get(0).duplicate());
                try (MessageSocket sender = MessageSocket.over(far)) {
                    assertThat(channel.hasMessage(0)).isFalse();
                    sender.send(BackendChannel.CONFIG_CHANGE_MSG, 0x9, MessageSocket.payload(0), List.of());
                    try (Message change = channel.receive();
                            Message acknowledgement = sender.receive()) {
                        assertThat(change.request()).isEqualTo(BackendChannel.CONFIG_CHANGE_MSG);
                        assertThat(acknowledgement.flags()).isEqualTo(FrontendConnection.REPLY_FLAGS);
                        assertThat(acknowledgement.u64()).isZero();
                    }
                }
            }
        }
    }
}
