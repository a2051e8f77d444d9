// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import static io.hotbay.vhostuser.internal.testing.FrontEnd.NEED_REPLY;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.PLAIN;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.longs;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.words;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.EventFd;
import io.hotbay.linux.Memfd;
import io.hotbay.vhostuser.internal.testing.Eventually;
import io.hotbay.vhostuser.internal.testing.FrontEnd;
import io.hotbay.vhostuser.internal.testing.OpenFiles;
import io.hotbay.vhostuser.internal.testing.SessionBench;
import io.hotbay.vhostuser.internal.wire.MessageType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Messages as no front-end should send them. */
class MalformedMessageTest {
    private SessionBench bench;
    private FrontEnd frontEnd;

    @BeforeEach
    void begin() throws IOException {
        bench = new SessionBench(2);
        frontEnd = bench.frontEnd();
    }

    @AfterEach
    void end() throws InterruptedException {
        bench.close();
    }

    @ParameterizedTest
    @EnumSource(MessageType.class)
    void shouldRefuseEachMessageOfAWrongSizeAndLiveOn(MessageType type) throws IOException {
        frontEnd.send(type.id(), NEED_REPLY, ByteBuffer.allocate(5), List.of());
        assertThat(frontEnd.receive().u64()).isEqualTo(1);
        frontEnd.synchronise();
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "GET_FEATURES",
                "SET_FEATURES",
                "SET_MEM_TABLE",
                "SET_VRING_NUM",
                "SET_VRING_ADDR",
                "SET_VRING_KICK",
                "SET_VRING_ENABLE",
                "GET_VRING_BASE",
                "GET_CONFIG",
                "GET_INFLIGHT_FD",
                "SET_INFLIGHT_FD",
                "SET_LOG_BASE",
                "SET_LOG_FD",
                "GET_STATUS",
                "SET_STATUS",
                "SET_DEVICE_STATE_FD",
                "CHECK_DEVICE_STATE",
                "ADD_MEM_REG",
                "RESET_DEVICE"
            })
    void shouldCloseTheConnectionWhenNobodyWaitsForTheRefusal(MessageType type) throws IOException {
        frontEnd.send(type.id(), PLAIN, ByteBuffer.allocate(5), List.of());
        assertThat(frontEnd.isClosedByPeer()).isTrue();
        assertThat(bench.end()).contains(type.name()).contains("5 bytes");
    }

    @ParameterizedTest
    @CsvSource({"0", "45", "77", "-1", "2147483647"})
    void shouldRefuseMessagesThatDoNotExist(int request) throws IOException {
        frontEnd.send(request, NEED_REPLY, words(1, 2, 3), List.of());
        assertThat(frontEnd.receive().u64()).isEqualTo(1);
        frontEnd.synchronise();

        frontEnd.send(request, PLAIN, words(1, 2, 3), List.of());
        assertThat(frontEnd.isClosedByPeer()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "SEND_RARP",
                "NET_SET_MTU",
                "CREATE_CRYPTO_SESSION",
                "CLOSE_CRYPTO_SESSION",
                "GPU_SET_SOCKET",
                "SET_VRING_ENDIAN",
                "POSTCOPY_LISTEN",
                "VRING_KICK"
            })
    void shouldPassOverMessagesOfOtherDevices(MessageType type) throws IOException {
        long open = OpenFiles.descriptors();
        try (EventFd stray = EventFd.create()) {
            frontEnd.send(type.id(), PLAIN, longs(1), List.of(Descriptor.adopt(stray.number())));
            frontEnd.synchronise();
        }
        assertThat(OpenFiles.descriptors()).isEqualTo(open);
        assertThat(bench.log().lines()).anyMatch(line -> line.contains(type.name()));
    }

    @ParameterizedTest
    @EnumSource(names = {"IOTLB_MSG", "POSTCOPY_ADVISE", "POSTCOPY_END", "GET_SHARED_OBJECT", "GET_SHMEM_CONFIG"})
    void shouldCloseTheConnectionOverAQuestionItCannotAnswer(MessageType type) throws IOException {
        frontEnd.send(type.id(), PLAIN, longs(1, 2), List.of());
        assertThat(frontEnd.isClosedByPeer()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "GET_FEATURES",
                "SET_FEATURES",
                "SET_OWNER",
                "SET_VRING_NUM",
                "SET_VRING_BASE",
                "GET_VRING_BASE",
                "SET_VRING_ENABLE",
                "GET_QUEUE_NUM",
                "GET_CONFIG",
                "SET_CONFIG",
                "RESET_DEVICE"
            })
    void shouldCloseDescriptorsThatBelongToNothing(MessageType type) throws IOException {
        ByteBuffer payload = type.name().endsWith("CONFIG")
                ? words(0, 4, 0, 0)
                : type == MessageType.SET_FEATURES || type.name().contains("VRING") ? longs(1) : longs();
        frontEnd.synchronise();
        long open = OpenFiles.descriptors();
        try (EventFd one = EventFd.create();
                Descriptor other = Memfd.create("stray", 4096)) {
            assertThat(frontEnd.acknowledged(type, payload, Descriptor.adopt(one.number()), other))
                    .isEqualTo(1);
            frontEnd.synchronise();
        }
        assertThat(OpenFiles.descriptors()).isEqualTo(open);
    }

    @Test
    void shouldCloseDescriptorsOfAMemoryTableThatDoesNotAddUp() throws IOException {
        frontEnd.synchronise();
        long open = OpenFiles.descriptors();
        Descriptor file = bench.memory().file();
        ByteBuffer two = longs(2, 0, 4096, 0, 0, 0x10000, 4096, 0x10000, 0);
        assertThat(frontEnd.acknowledged(MessageType.SET_MEM_TABLE, two, file)).isEqualTo(1);
        assertThat(frontEnd.acknowledged(MessageType.SET_MEM_TABLE, two, file, file, file))
                .isEqualTo(1);
        assertThat(OpenFiles.descriptors()).isEqualTo(open);
    }

    @ParameterizedTest
    @EnumSource(names = {"SET_VRING_NUM", "SET_VRING_BASE", "GET_VRING_BASE", "SET_VRING_ENABLE"})
    void shouldRefuseRingsThatDoNotExist(MessageType type) throws IOException {
        assertThat(frontEnd.acknowledged(type, words(2, 1))).isEqualTo(1);
        assertThat(frontEnd.acknowledged(type, words(-1, 1))).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"SET_VRING_KICK", "SET_VRING_CALL", "SET_VRING_ERR"})
    void shouldRefuseAndCloseDescriptorsOfRingsThatDoNotExist(MessageType type) throws IOException {
        frontEnd.synchronise();
        long open = OpenFiles.descriptors();
        try (EventFd event = EventFd.create()) {
            assertThat(frontEnd.acknowledged(type, longs(2), Descriptor.adopt(event.number())))
                    .isEqualTo(1);
        }
        assertThat(OpenFiles.descriptors()).isEqualTo(open);
    }

    @ParameterizedTest
    @EnumSource(names = {"SET_VRING_KICK", "SET_VRING_CALL", "SET_VRING_ERR"})
    void shouldRefuseADescriptorThatIsNoEventfd(MessageType type) throws IOException {
        frontEnd.synchronise();
        long open = OpenFiles.descriptors();
        assertThat(frontEnd.acknowledged(type, longs(0), bench.memory().file())).isEqualTo(1);
        assertThat(OpenFiles.descriptors()).isEqualTo(open);
    }

    @Test
    void shouldRefuseRingsOfImpossibleSize() throws IOException {
        assertThat(frontEnd.acknowledged(MessageType.SET_VRING_NUM, words(0, 0)))
                .isEqualTo(1);
        assertThat(frontEnd.acknowledged(MessageType.SET_VRING_NUM, words(0, -1)))
                .isEqualTo(1);
        assertThat(frontEnd.acknowledged(MessageType.SET_VRING_NUM, words(0, 512)))
                .isEqualTo(1);
        assertThat(frontEnd.acknowledged(MessageType.SET_VRING_NUM, words(0, 256)))
                .isZero();
        assertThat(bench.log().lines()).anyMatch(line -> line.contains("queue_size"));
    }

    /** Some have the size of the ring there. */
    @Test
    void shouldTakeAnythingButZeroForEnabled() throws IOException {
        for (int figure : new int[] {1, 2, 0, 512, -1}) {
            assertThat(frontEnd.acknowledged(MessageType.SET_VRING_ENABLE, words(0, figure)))
                    .isZero();
            assertThat(bench.session().status().queues().get(0).enabled()).isEqualTo(figure != 0);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "SET_MEM_TABLE, 3, 'a payload of 8 bytes is not what the 3 regions it tells of take'",
        "SET_MEM_TABLE, 0xffffffff, 'a payload of 8 bytes is not what the 4294967295 regions it tells of take'",
        "SET_VRING_ADDR, 3, 'a payload of 8 bytes is not its size'",
        "SET_VRING_KICK, 1, '0 descriptors came with it, but 1 belong to it'",
        "SET_LOG_FD, 1, '0 descriptors came with it, but 1 belong to it'",
        "SET_VRING_NUM, 0, '0 descriptors, a ring has at least 1'"
    })
    void shouldSayWhatIsWrongWithTheForm(MessageType type, String figure, String reason) throws IOException {
        assertThat(frontEnd.acknowledged(type, longs(Long.decode(figure)))).isEqualTo(1);
        assertThat(bench.log().lines()).anyMatch(line -> line.contains(type + ", " + reason));
    }

    @Test
    void shouldRefuseABackEndChannelThatIsNoSocket() throws IOException {
        frontEnd.synchronise();
        long open = OpenFiles.descriptors();
        assertThat(frontEnd.acknowledged(
                        MessageType.SET_BACKEND_REQ_FD, longs(), bench.memory().file()))
                .isEqualTo(1);
        assertThat(OpenFiles.descriptors()).isEqualTo(open);
    }

    @ParameterizedTest
    @CsvSource({"8193", "-1", "2147483647"})
    void shouldCloseTheConnectionOverAPayloadThatIsTooLong(int size) throws IOException {
        ByteBuffer header = FrontEnd.header(MessageType.SET_CONFIG.id(), NEED_REPLY, 0)
                .putInt(8, size)
                .flip();
        frontEnd.sendBytes(header, List.of());
        assertThat(frontEnd.isClosedByPeer()).isTrue();
        assertThat(bench.end()).contains("payload");
    }

    @Test
    void shouldEndTheSessionWhenTheConnectionEndsInTheMiddleOfAHeader() throws IOException {
        frontEnd.sendBytes(ByteBuffer.allocate(5), List.of());
        frontEnd.close();
        assertThat(bench.end()).isEqualTo("the connection ended in the middle of a message");
    }

    @Test
    void shouldEndTheSessionWhenTheConnectionEndsInTheMiddleOfAPayload() throws IOException {
        frontEnd.synchronise();
        long open = OpenFiles.descriptors();
        ByteBuffer header = FrontEnd.header(MessageType.ADD_MEM_REG.id(), PLAIN, 0)
                .putInt(8, 40)
                .flip();
        frontEnd.sendBytes(header, List.of(bench.memory().file()));
        frontEnd.sendBytes(ByteBuffer.allocate(7), List.of());
        frontEnd.close();
        assertThat(bench.end()).isEqualTo("the connection ended in the middle of a message");
        // both ends of the connection are gone, and the descriptor that came with the half message
        Eventually.eventually("descriptors closed", () -> OpenFiles.descriptors() == open - 2);
    }

    @Test
    void shouldEndTheSessionWhenTheFrontEndCloses() {
        frontEnd.close();
        assertThat(bench.end()).isEqualTo("the front-end closed the connection");
    }

    @Test
    void shouldNotFillTheLogWithRefusals() throws IOException {
        for (int i = 0; i < 200; i++) {
            frontEnd.acknowledged(MessageType.SET_VRING_NUM, words(99, 1));
        }
        assertThat(bench.log().lines()).hasSizeLessThan(50);
    }

    @Test
    void shouldRefuseMoreDescriptorsThanAMessageMayCarry() throws IOException {
        frontEnd.synchronise();
        long open = OpenFiles.descriptors();
        frontEnd.send(
                MessageType.SET_OWNER.id(),
                NEED_REPLY,
                longs(),
                Collections.nCopies(100, bench.memory().file()));
        assertThat(frontEnd.isClosedByPeer()).isTrue();
        bench.end();
        Eventually.eventually("descriptors closed", () -> OpenFiles.descriptors() == open - 1);
    }
}
