// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import static io.hotbay.vhostuser.internal.testing.FrontEnd.NEED_REPLY;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.PLAIN;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.REPLY;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.longs;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.words;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.vhostuser.internal.testing.Eventually;
import io.hotbay.vhostuser.internal.testing.FrontEnd;
import io.hotbay.vhostuser.internal.testing.FrontEnd.Answer;
import io.hotbay.vhostuser.internal.testing.SessionBench;
import io.hotbay.vhostuser.internal.testing.TestDevice;
import io.hotbay.vhostuser.internal.wire.MessageType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Features, configuration space, and how messages are answered. */
class NegotiationTest {
    private SessionBench bench;
    private FrontEnd frontEnd;

    @BeforeEach
    void begin() throws IOException {
        bench = new SessionBench(3);
        frontEnd = bench.frontEnd();
    }

    @AfterEach
    void end() throws InterruptedException {
        bench.close();
    }

    @Test
    void shouldOfferTheFeaturesOfDeviceAndRingsAndItsOwn() throws IOException {
        long rings = 1L << 26 | 1L << 28 | 1L << 29 | 1L << 34;
        assertThat(frontEnd.ask(MessageType.GET_FEATURES, longs()).u64())
                .isEqualTo(TestDevice.FEATURE | rings | 1L << 30 | 1L << 32);
    }

    @Test
    void shouldOfferOnlyProtocolFeaturesThatWork() throws IOException {
        assertThat(frontEnd.ask(MessageType.GET_PROTOCOL_FEATURES, longs()).u64())
                .isEqualTo(1 | 1 << 1 | 1 << 3 | 1 << 5 | 1 << 9 | 1 << 12 | 1 << 13 | 1 << 15 | 1 << 16 | 1 << 19);
    }

    @ParameterizedTest
    @EnumSource(names = {"GET_FEATURES", "GET_PROTOCOL_FEATURES", "GET_QUEUE_NUM", "GET_MAX_MEM_SLOTS"})
    void shouldGiveExactlyOneAnswerToAQuestionWhoseSenderWaitsTwice(MessageType type) throws IOException {
        frontEnd.send(type.id(), NEED_REPLY, longs(), List.of());
        frontEnd.send(MessageType.GET_CONFIG.id(), PLAIN, words(0, 4, 0, 0), List.of());

        Answer answer = frontEnd.receive();
        assertThat(answer.request()).isEqualTo(type.id());
        assertThat(answer.flags()).isEqualTo(REPLY);
        assertThat(answer.size()).isEqualTo(8);
        assertThat(frontEnd.receive().request()).isEqualTo(MessageType.GET_CONFIG.id());
    }

    @Test
    void shouldTellTheNumberOfQueuesAlthoughNothingWasNegotiated() throws IOException {
        assertThat(frontEnd.ask(MessageType.GET_QUEUE_NUM, longs()).u64()).isEqualTo(3);
    }

    @Test
    void shouldTellAsManyMemorySlotsAsQemuNeeds() throws IOException {
        assertThat(frontEnd.ask(MessageType.GET_MAX_MEM_SLOTS, longs()).u64()).isEqualTo(509);
    }

    @Test
    void shouldAcknowledgeWhoeverWaitsEvenBeforeItWasNegotiated() throws IOException {
        assertThat(frontEnd.acknowledged(MessageType.SET_OWNER, longs())).isZero();
        assertThat(frontEnd.acknowledged(MessageType.SET_OWNER, longs())).isZero();
        assertThat(frontEnd.acknowledged(MessageType.SET_FEATURES, longs(-1))).isZero();
        assertThat(frontEnd.acknowledged(MessageType.SET_PROTOCOL_FEATURES, longs(-1)))
                .isZero();
    }

    @Test
    void shouldMaskFeaturesThatWereNeverOffered() throws IOException {
        frontEnd.tell(MessageType.SET_FEATURES, longs(-1));
        frontEnd.tell(MessageType.SET_PROTOCOL_FEATURES, longs(-1));
        frontEnd.synchronise();

        assertThat(bench.session().status().features())
                .isEqualTo(bench.slot().facts().features());
        assertThat(bench.session().status().protocolFeatures()).isEqualTo(0x9b22b);
    }

    @Test
    void shouldTakeFlagsFromTheFutureButNoOtherVersion() throws IOException {
        frontEnd.send(MessageType.GET_FEATURES.id(), 0x71, longs(), List.of());
        assertThat(frontEnd.receive().request()).isEqualTo(1);

        frontEnd.send(MessageType.SET_OWNER.id(), 0x2 | 0x8, longs(), List.of());
        assertThat(frontEnd.receive().u64()).isEqualTo(1);

        frontEnd.send(MessageType.SET_OWNER.id(), 0x2, longs(), List.of());
        assertThat(frontEnd.isClosedByPeer()).isTrue();
        assertThat(bench.end()).contains("SET_OWNER").contains("version");
    }

    // ---- configuration space

    @ParameterizedTest
    @CsvSource({"0, 60, 1", "0, 57, 1", "0x100, 60, 1", "0, 256, 1", "0, 4096, 1", "32, 1, 33", "0x120, 4, 33"})
    void shouldReadConfigurationSpaceAsEachFrontEndAsks(String offsetText, int size, int first) throws IOException {
        int offset = Integer.decode(offsetText);
        ByteBuffer request = FrontEnd.header(0, 0, 12 + size).clear();
        request.putInt(offset).putInt(size).putInt(1).position(0).limit(12 + size);

        Answer answer = frontEnd.ask(MessageType.GET_CONFIG, request);

        assertThat(answer.flags()).isEqualTo(REPLY);
        assertThat(answer.size()).isEqualTo(12 + size);
        assertThat(answer.payload().getInt(0)).isEqualTo(offset);
        assertThat(answer.payload().getInt(4)).isEqualTo(size);
        assertThat(answer.payload().getInt(8)).isEqualTo(1);
        assertThat(answer.payload().get(12)).isEqualTo((byte) first);
        for (int at = 60 + 12; at < answer.size(); at++) {
            assertThat(answer.payload().get(at)).isZero();
        }
    }

    @Test
    void shouldAnswerInFullWhenTheQuestionHasNoRoomForTheContents() throws IOException {
        assertThat(frontEnd.ask(MessageType.GET_CONFIG, words(0, 60, 0)).size()).isEqualTo(72);
    }

    @Test
    void shouldAnswerAsLongAsTheQuestionWhenThatIsLonger() throws IOException {
        ByteBuffer request = ByteBuffer.allocate(268).order(words().order());
        request.putInt(0, 0).putInt(4, 8).putInt(8, 0);
        assertThat(frontEnd.ask(MessageType.GET_CONFIG, request).size()).isEqualTo(268);
    }

    @Test
    void shouldAnswerWithoutPayloadWhatLiesOutsideConfigurationSpace() throws IOException {
        Answer answer = frontEnd.ask(MessageType.GET_CONFIG, words(0, 5000, 0));
        assertThat(answer.request()).isEqualTo(MessageType.GET_CONFIG.id());
        assertThat(answer.size()).isZero();
    }

    @Test
    void shouldWriteConfigurationSpaceWhateverTheFlags() throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(13).order(words().order());
        payload.putInt(0, 32).putInt(4, 1).putInt(8, 1).put(12, (byte) 0);
        assertThat(frontEnd.acknowledged(MessageType.SET_CONFIG, payload)).isZero();
        assertThat(bench.device().writes()).containsExactly("32=0");
    }

    @Test
    void shouldWriteOnlyAsMuchAsTheMessageSaysWhenItIsPadded() throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(268).order(words().order());
        payload.putInt(0, 0x120).putInt(4, 1).putInt(8, 0).put(12, (byte) 7);
        assertThat(frontEnd.acknowledged(MessageType.SET_CONFIG, payload)).isZero();
        assertThat(bench.device().writes()).containsExactly("32=7");
    }

    @Test
    void shouldRefuseAWriteThatIsShorterThanItSays() throws IOException {
        assertThat(frontEnd.acknowledged(MessageType.SET_CONFIG, words(32, 8, 0, 0)))
                .isEqualTo(1);
        assertThat(bench.device().writes()).isEmpty();
    }

    @Test
    void shouldAcknowledgeAWriteWhenTheDeviceHasCarriedItOut() throws IOException {
        CompletableFuture<Void> flush = new CompletableFuture<>();
        bench.device().nextWrite(flush);
        frontEnd.send(MessageType.SET_CONFIG.id(), NEED_REPLY, words(32, 4, 0, 0), List.of());
        CompletableFuture<Answer> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return frontEnd.receive();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        Eventually.eventually("write", () -> !bench.device().writes().isEmpty());
        assertThat(answer).isNotDone();
        flush.complete(null);
        assertThat(answer.join().u64()).isZero();
    }

    @Test
    void shouldReportAWriteThatTheDeviceCouldNotCarryOut() throws IOException {
        bench.device().nextWrite(CompletableFuture.failedFuture(new IOException("flush failed")));
        assertThat(frontEnd.acknowledged(MessageType.SET_CONFIG, words(32, 4, 0, 0)))
                .isEqualTo(1);
    }

    @Test
    void shouldAnswerFromMemoryWhileTheDeviceIsAwayAndWriteWhenItIsBack() throws IOException {
        frontEnd.synchronise();
        bench.locked(() -> bench.slot().clear());
        assertThat(frontEnd.firstOfConfig()).isEqualTo(1);
        assertThat(frontEnd.acknowledged(MessageType.SET_CONFIG, words(32, 4, 0, 9)))
                .isZero();
        assertThat(bench.device().writes()).isEmpty();

        TestDevice other = new TestDevice(3);
        bench.locked(() -> bench.session().prepare(other));
        assertThat(other.writes()).containsExactly("32=9000");
    }

    @Test
    void shouldForgetWhatWasWrittenWithAReset() throws IOException {
        frontEnd.tell(MessageType.SET_CONFIG, words(32, 4, 0, 9));
        assertThat(frontEnd.acknowledged(MessageType.RESET_DEVICE, longs())).isZero();
        assertThat(bench.device().resets()).isEqualTo(1);

        TestDevice other = new TestDevice(3);
        bench.locked(() -> bench.session().prepare(other));
        assertThat(other.writes()).isEmpty();
    }
}
