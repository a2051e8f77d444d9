// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import static io.hotbay.vhostuser.internal.testing.FrontEnd.NEED_REPLY;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.longs;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.words;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.UnixConnection;
import io.hotbay.vhostuser.internal.testing.FrontEnd;
import io.hotbay.vhostuser.internal.testing.GuestMemoryFile;
import io.hotbay.vhostuser.internal.testing.GuestRing;
import io.hotbay.vhostuser.internal.testing.SessionBench;
import io.hotbay.vhostuser.internal.wire.MessageType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The order in which each front-end sends its messages, as recorded or read in its source; all of them end with I/O. */
class MessageOrderTest {
    private SessionBench bench;
    private FrontEnd frontEnd;
    private GuestMemoryFile memory;
    private GuestRing first;
    private GuestRing second;

    @BeforeEach
    void begin() throws IOException {
        bench = new SessionBench(2);
        frontEnd = bench.frontEnd();
        memory = bench.memory();
        first = new GuestRing(0, memory);
        second = new GuestRing(1, memory);
    }

    @AfterEach
    void end() throws InterruptedException {
        bench.close();
        first.close();
        second.close();
    }

    private void tell(MessageType type, ByteBuffer payload, Descriptor... descriptors) throws IOException {
        frontEnd.tell(type, payload, descriptors);
    }

    private void ack(MessageType type, ByteBuffer payload, Descriptor... descriptors) throws IOException {
        assertThat(frontEnd.acknowledged(type, payload, descriptors)).isZero();
    }

    private long ask(MessageType type) throws IOException {
        return frontEnd.ask(type, longs()).u64();
    }

    private void getConfig(int offset, int size, int flags) throws IOException {
        ByteBuffer payload = FrontEnd.header(0, 0, size).clear();
        payload.putInt(0, offset).putInt(4, size).putInt(8, flags);
        assertThat(frontEnd.ask(MessageType.GET_CONFIG, payload).size()).isEqualTo(12 + size);
    }

    private void expectService(GuestRing... rings) {
        for (GuestRing ring : rings) {
            int before = ring.used();
            ring.submit(3);
            ring.awaitUsed(before + 3);
        }
    }

    @Test
    void shouldServeQemu() throws IOException {
        UnixConnection[] channel = UnixConnection.pair();
        long features = ask(MessageType.GET_FEATURES);
        long protocol = ask(MessageType.GET_PROTOCOL_FEATURES);
        tell(MessageType.SET_PROTOCOL_FEATURES, longs(protocol));
        assertThat(ask(MessageType.GET_QUEUE_NUM)).isEqualTo(2);
        assertThat(ask(MessageType.GET_MAX_MEM_SLOTS)).isEqualTo(509);
        ack(MessageType.SET_BACKEND_REQ_FD, longs(), Descriptor.adopt(channel[1].number()));
        tell(MessageType.SET_OWNER, longs());
        assertThat(ask(MessageType.GET_FEATURES)).isEqualTo(features);
        for (GuestRing ring : List.of(first, second)) {
            tell(MessageType.SET_VRING_CALL, ring.withDescriptor(), ring.call());
            tell(MessageType.SET_VRING_ERR, ring.withDescriptor(), ring.error());
        }
        getConfig(0, 57, 0);

        qemuStart();
        ack(MessageType.ADD_MEM_REG, memory.single(), memory.file());
        qemuRing(first, 0);
        tell(MessageType.SET_VRING_ENABLE, first.state(1));
        tell(MessageType.SET_VRING_ENABLE, second.state(1));
        expectService(first);

        // stop and cont: memory is not sent again
        assertThat(qemuStop()).isEqualTo(3);
        qemuStart();
        qemuRing(first, 3);
        tell(MessageType.SET_VRING_ENABLE, first.state(1));
        tell(MessageType.SET_VRING_ENABLE, second.state(1));
        expectService(first);

        // system_reset: the driver begins at 0
        assertThat(qemuStop()).isEqualTo(6);
        first.continueAt(0);
        qemuStart();
        qemuRing(first, 0);
        qemuRing(second, 0);
        tell(MessageType.SET_VRING_ENABLE, first.state(1));
        tell(MessageType.SET_VRING_ENABLE, second.state(1));
        expectService(first, second);
        channel[0].close();
        channel[1].close();
    }

    private void qemuStart() throws IOException {
        tell(MessageType.SET_FEATURES, longs(SessionBench.FEATURES));
        tell(MessageType.SET_VRING_CALL, first.withDescriptor(), first.call());
        tell(MessageType.SET_VRING_CALL, second.withDescriptor(), second.call());
        tell(MessageType.SET_FEATURES, longs(SessionBench.FEATURES));
    }

    private void qemuRing(GuestRing ring, int base) throws IOException {
        tell(MessageType.SET_VRING_NUM, ring.num());
        tell(MessageType.SET_VRING_BASE, ring.state(base));
        tell(MessageType.SET_VRING_ADDR, ring.address(0));
        tell(MessageType.SET_VRING_KICK, ring.withDescriptor(), ring.kick());
    }

    private int qemuStop() throws IOException {
        tell(MessageType.SET_VRING_ENABLE, first.state(0));
        tell(MessageType.SET_VRING_ENABLE, second.state(0));
        return frontEnd.ask(MessageType.GET_VRING_BASE, first.state(0))
                .payload()
                .getInt(4);
    }

    @Test
    void shouldServeQemuScsiThatAcceptsWhatWasNotOffered() throws IOException {
        bench.handshake();
        tell(MessageType.SET_FEATURES, longs(SessionBench.FEATURES | 1L << 2 | 1L << 3 | 1L << 27));
        qemuRing(first, 0);
        tell(MessageType.SET_VRING_ENABLE, first.state(1));
        expectService(first);
        assertThat(bench.device().starts()).containsExactly(SessionBench.FEATURES);
    }

    @Test
    void shouldServeLibblkio() throws IOException {
        tell(MessageType.SET_OWNER, longs());
        ask(MessageType.GET_FEATURES);
        tell(MessageType.SET_FEATURES, longs(SessionBench.FEATURES));
        ask(MessageType.GET_PROTOCOL_FEATURES);
        tell(MessageType.SET_PROTOCOL_FEATURES, longs(0x8209));
        for (MessageType question : List.of(MessageType.GET_QUEUE_NUM, MessageType.GET_MAX_MEM_SLOTS)) {
            frontEnd.send(question.id(), NEED_REPLY, longs(), List.of());
            assertThat(frontEnd.receive().request()).isEqualTo(question.id());
        }
        getConfig(0, 60, 0);
        getConfig(0, 60, 0);
        ack(MessageType.ADD_MEM_REG, memory.single(), memory.file());
        for (GuestRing ring : List.of(first, second)) {
            ack(MessageType.SET_VRING_NUM, ring.num());
            ack(MessageType.SET_VRING_BASE, ring.state(0));
            ack(MessageType.SET_VRING_ADDR, ring.address(0));
            ack(MessageType.SET_VRING_KICK, ring.withDescriptor(), ring.kick());
            ack(MessageType.SET_VRING_CALL, ring.withDescriptor(), ring.call());
            ack(MessageType.SET_VRING_ENABLE, ring.state(1));
        }
        try (GuestMemoryFile data = new GuestMemoryFile("data", 0x900000, 0x10000)) {
            ack(MessageType.ADD_MEM_REG, data.single(), data.file());
            expectService(first, second);
            ack(MessageType.REM_MEM_REG, data.single(), data.file());
        }
        frontEnd.close();
        assertThat(bench.end()).isEqualTo("the front-end closed the connection");
    }

    @Test
    void shouldServeCloudHypervisorAfterAReconnect() throws IOException {
        first.continueAt(6);
        ack(MessageType.SET_OWNER, longs());
        ask(MessageType.GET_FEATURES);
        // without asking which there are
        ack(MessageType.SET_PROTOCOL_FEATURES, longs(0xffff));
        ack(MessageType.SET_FEATURES, longs(SessionBench.FEATURES));
        ack(MessageType.SET_MEM_TABLE, GuestMemoryFile.table(memory), memory.file());
        ack(MessageType.SET_VRING_NUM, first.num());
        ack(MessageType.SET_VRING_NUM, second.num());
        ack(MessageType.SET_VRING_ADDR, first.address(0));
        ack(MessageType.SET_VRING_BASE, first.state(6));
        ack(MessageType.SET_VRING_CALL, first.withDescriptor(), first.call());
        ack(MessageType.SET_VRING_KICK, first.withDescriptor(), first.kick());
        ack(MessageType.SET_VRING_ADDR, second.address(0));
        ack(MessageType.SET_VRING_BASE, second.state(0));
        ack(MessageType.SET_VRING_CALL, second.withDescriptor(), second.call());
        ack(MessageType.SET_VRING_KICK, second.withDescriptor(), second.kick());
        ack(MessageType.SET_VRING_ENABLE, first.state(1));
        ack(MessageType.SET_VRING_ENABLE, second.state(1));
        expectService(first, second);

        // pause and resume
        ack(MessageType.SET_VRING_ENABLE, first.state(0));
        ack(MessageType.SET_VRING_ENABLE, first.state(1));
        expectService(first);
    }

    @Test
    void shouldServeDragonballWhichAsksForTheConfigurationFirstAndRepeatsTheHandshake() throws IOException {
        long features = ask(MessageType.GET_FEATURES);
        tell(MessageType.SET_FEATURES, longs(features));
        long protocol = ask(MessageType.GET_PROTOCOL_FEATURES);
        tell(MessageType.SET_PROTOCOL_FEATURES, longs(protocol));
        getConfig(0x100, 60, 1);

        tell(MessageType.SET_OWNER, longs());
        ask(MessageType.GET_FEATURES);
        tell(MessageType.SET_FEATURES, longs(SessionBench.FEATURES));
        ask(MessageType.GET_PROTOCOL_FEATURES);
        tell(MessageType.SET_PROTOCOL_FEATURES, longs(0x8209));
        assertThat(ask(MessageType.GET_QUEUE_NUM)).isEqualTo(2);
        tell(MessageType.SET_VRING_CALL, first.withDescriptor(), first.call());
        tell(MessageType.SET_MEM_TABLE, GuestMemoryFile.table(memory), memory.file());
        tell(MessageType.SET_VRING_NUM, first.num());
        tell(MessageType.SET_VRING_BASE, first.state(0));
        tell(MessageType.SET_VRING_ADDR, first.address(0));
        tell(MessageType.SET_VRING_KICK, first.withDescriptor(), first.kick());
        tell(MessageType.SET_VRING_CALL, first.withDescriptor(), first.call());
        tell(MessageType.SET_VRING_ENABLE, first.state(1));
        expectService(first);
    }

    @Test
    void shouldServeTheSpdkInitiatorWhichEnablesRingsBeforeItDescribesThem() throws IOException {
        tell(MessageType.SET_OWNER, longs());
        ask(MessageType.GET_FEATURES);
        ask(MessageType.GET_PROTOCOL_FEATURES);
        tell(MessageType.SET_PROTOCOL_FEATURES, longs(1 | 1 << 9));
        assertThat(ask(MessageType.GET_QUEUE_NUM)).isEqualTo(2);
        getConfig(0, 256, 0);
        tell(MessageType.SET_VRING_CALL, first.withDescriptor(), first.call());
        tell(MessageType.SET_VRING_CALL, second.withDescriptor(), second.call());
        tell(MessageType.SET_FEATURES, longs(SessionBench.FEATURES));
        tell(MessageType.SET_MEM_TABLE, GuestMemoryFile.table(memory), memory.file());
        ask(MessageType.GET_FEATURES);
        // older versions say how large the ring is, newer ones 1
        tell(MessageType.SET_VRING_ENABLE, first.state(GuestRing.SIZE));
        tell(MessageType.SET_VRING_ENABLE, second.state(1));
        for (GuestRing ring : List.of(first, second)) {
            tell(MessageType.SET_VRING_NUM, ring.num());
            tell(MessageType.SET_VRING_BASE, ring.state(0));
            tell(MessageType.SET_VRING_ADDR, ring.address(0));
            tell(MessageType.SET_VRING_KICK, ring.withDescriptor(), ring.kick());
        }
        expectService(first, second);
    }

    @Test
    void shouldServeFirecracker() throws IOException {
        tell(MessageType.SET_OWNER, longs());
        ask(MessageType.GET_FEATURES);
        tell(MessageType.SET_FEATURES, longs(SessionBench.FEATURES));
        ask(MessageType.GET_PROTOCOL_FEATURES);
        tell(MessageType.SET_PROTOCOL_FEATURES, longs(1 << 9));
        getConfig(0, 60, 1);
        tell(MessageType.SET_FEATURES, longs(SessionBench.FEATURES));
        tell(MessageType.SET_MEM_TABLE, GuestMemoryFile.table(memory), memory.file());
        tell(MessageType.SET_VRING_NUM, first.num());
        tell(MessageType.SET_VRING_ADDR, first.address(0));
        tell(MessageType.SET_VRING_BASE, first.state(0));
        tell(MessageType.SET_VRING_CALL, first.withDescriptor(), first.call());
        tell(MessageType.SET_VRING_KICK, first.withDescriptor(), first.kick());
        tell(MessageType.SET_VRING_ENABLE, first.state(1));
        expectService(first);
    }

    @Test
    void shouldServeCrosvmWhichPassesTheBackEndChannelFirst() throws IOException {
        UnixConnection[] channel = UnixConnection.pair();
        ask(MessageType.GET_FEATURES);
        tell(MessageType.SET_OWNER, longs());
        ask(MessageType.GET_PROTOCOL_FEATURES);
        tell(MessageType.SET_PROTOCOL_FEATURES, longs(1 | 1 << 3 | 1 << 5 | 1 << 9));
        ack(MessageType.SET_BACKEND_REQ_FD, longs(), Descriptor.adopt(channel[1].number()));
        assertThat(ask(MessageType.GET_QUEUE_NUM)).isEqualTo(2);
        getConfig(20, 4, 0);
        ack(MessageType.SET_FEATURES, longs(SessionBench.FEATURES));
        ack(MessageType.SET_MEM_TABLE, GuestMemoryFile.table(memory), memory.file());
        ack(MessageType.SET_VRING_NUM, second.num());
        ack(MessageType.SET_VRING_ADDR, second.address(0));
        ack(MessageType.SET_VRING_BASE, second.state(0));
        ack(MessageType.SET_VRING_CALL, second.withDescriptor(), second.call());
        ack(MessageType.SET_VRING_KICK, second.withDescriptor(), second.kick());
        ack(MessageType.SET_VRING_ENABLE, second.state(1));
        expectService(second);
        channel[0].close();
        channel[1].close();
    }

    @Test
    void shouldServeAFrontEndThatDoesEverythingBackwards() throws IOException {
        tell(MessageType.SET_VRING_ENABLE, first.state(1));
        tell(MessageType.SET_VRING_KICK, first.withDescriptor(), first.kick());
        tell(MessageType.SET_VRING_ADDR, first.address(0));
        tell(MessageType.SET_VRING_BASE, words(0, 0));
        tell(MessageType.SET_VRING_NUM, first.num());
        tell(MessageType.SET_MEM_TABLE, GuestMemoryFile.table(memory), memory.file());
        tell(MessageType.SET_FEATURES, longs(SessionBench.FEATURES));
        expectService(first);
        assertThat(bench.device().starts()).hasSize(1);
    }
}
