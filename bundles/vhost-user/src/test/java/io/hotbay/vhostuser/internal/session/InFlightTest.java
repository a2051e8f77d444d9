// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import static io.hotbay.vhostuser.internal.testing.Eventually.eventually;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.NEED_REPLY;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.longs;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.EventFd;
import io.hotbay.linux.Mapping;
import io.hotbay.linux.Memfd;
import io.hotbay.target.QueueStatus;
import io.hotbay.vhostuser.internal.testing.FrontEnd;
import io.hotbay.vhostuser.internal.testing.FrontEnd.Answer;
import io.hotbay.vhostuser.internal.testing.GuestRing;
import io.hotbay.vhostuser.internal.testing.OpenFiles;
import io.hotbay.vhostuser.internal.testing.SessionBench;
import io.hotbay.vhostuser.internal.testing.TestVirtqueues;
import io.hotbay.vhostuser.internal.wire.MessageType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The region in which requests under way are recorded: made, handed in, and what rings get of it. */
class InFlightTest {
    private static final int QUEUE = GuestRing.SIZE * TestVirtqueues.SLOT;
    private static final String OURS = "hotbay-in-flight";

    /** One of these tests leaves its region mapped, so each has a name of its own. */
    private static final AtomicInteger REGIONS = new AtomicInteger();

    private final String region = "region" + REGIONS.incrementAndGet();
    private SessionBench bench;
    private FrontEnd frontEnd;
    private GuestRing ring;
    private GuestRing other;
    private Descriptor file;

    @BeforeEach
    void begin() throws IOException {
        bench = new SessionBench(2);
        frontEnd = bench.frontEnd();
        ring = new GuestRing(0, bench.memory());
        other = new GuestRing(1, bench.memory());
        file = Memfd.create(region, 4 * QUEUE);
    }

    @AfterEach
    void end() throws InterruptedException {
        bench.close();
        ring.close();
        other.close();
        file.close();
    }

    private static ByteBuffer description(int length, long size, long offset, int queues, int queueSize) {
        return ByteBuffer.allocate(length)
                .order(ByteOrder.nativeOrder())
                .putLong(0, size)
                .putLong(8, offset)
                .putShort(16, (short) queues)
                .putShort(18, (short) queueSize);
    }

    private static ByteBuffer description(long size, long offset) {
        return description(24, size, offset, 2, GuestRing.SIZE);
    }

    private long set(ByteBuffer description) throws IOException {
        return frontEnd.acknowledged(MessageType.SET_INFLIGHT_FD, description, file);
    }

    private QueueStatus status(int index) {
        return bench.session().status().queues().get(index);
    }

    private void start(GuestRing started) throws IOException {
        started.start(frontEnd, 0);
        frontEnd.synchronise();
    }

    // ---- GET_INFLIGHT_FD

    @ParameterizedTest
    @ValueSource(ints = {20, 24})
    void shouldMakeARegionAndAnswerAsLongAsTheQuestion(int length) throws IOException {
        bench.handshake();
        frontEnd.synchronise();
        long open = OpenFiles.descriptors();
        Answer answer = frontEnd.ask(MessageType.GET_INFLIGHT_FD, description(length, 0, 0, 2, GuestRing.SIZE));
        assertThat(answer.flags()).isEqualTo(FrontEnd.REPLY);
        assertThat(answer.size()).isEqualTo(length);
        assertThat(answer.payload().getLong(0)).isEqualTo(2 * QUEUE);
        assertThat(answer.payload().getLong(8)).isZero();
        assertThat(answer.payload().getShort(16)).isEqualTo((short) 2);
        assertThat(answer.payload().getShort(18)).isEqualTo((short) GuestRing.SIZE);
        assertThat(answer.descriptors()).hasSize(1);
        try (Descriptor made = answer.descriptors().get(0)) {
            assertThat(made.status().size()).isEqualTo(2 * QUEUE);
            assertThat(made.seals())
                    .isEqualTo(Descriptor.F_SEAL_SHRINK | Descriptor.F_SEAL_GROW | Descriptor.F_SEAL_SEAL);
            ByteBuffer contents = ByteBuffer.allocate(2 * QUEUE);
            made.pread(contents, 0);
            assertThat(contents.array()).containsOnly(0);
        }
        frontEnd.synchronise();
        assertThat(OpenFiles.descriptors()).isEqualTo(open);
    }

    @Test
    void shouldAnswerOnceWhoeverAsksAndWaits() throws IOException {
        frontEnd.send(
                MessageType.GET_INFLIGHT_FD.id(), NEED_REPLY, description(24, 0, 0, 1, GuestRing.SIZE), List.of());
        Answer answer = frontEnd.receive();
        answer.descriptors().forEach(Descriptor::close);
        assertThat(answer.size()).isEqualTo(24);
        frontEnd.synchronise();
    }

    @Test
    void shouldMakeRoomForPackedRingsUnlessTheyAreOutOfTheQuestion() throws IOException {
        assertThat(sizeFor(1, GuestRing.SIZE)).isEqualTo(2 * QUEUE);
        frontEnd.tell(MessageType.SET_FEATURES, longs(SessionBench.FEATURES));
        assertThat(sizeFor(1, GuestRing.SIZE)).isEqualTo(QUEUE);
        frontEnd.tell(MessageType.SET_FEATURES, longs(SessionBench.FEATURES | 1L << 34));
        assertThat(sizeFor(1, GuestRing.SIZE)).isEqualTo(2 * QUEUE);
    }

    @Test
    void shouldCountOtherSizesAsTheNextPowerOfTwo() throws IOException {
        bench.handshake();
        assertThat(sizeFor(1, GuestRing.SIZE - 3)).isEqualTo(QUEUE);
        assertThat(sizeFor(2, 1)).isEqualTo(2 * TestVirtqueues.SLOT);
    }

    @Test
    void shouldMakeARegionAlsoWhileTheDeviceIsAway() throws IOException {
        bench.handshake();
        frontEnd.synchronise();
        bench.locked(() -> bench.slot().clear());
        assertThat(sizeFor(2, GuestRing.SIZE)).isEqualTo(2 * QUEUE);
    }

    private long sizeFor(int queues, int queueSize) throws IOException {
        Answer answer = frontEnd.ask(MessageType.GET_INFLIGHT_FD, description(24, 0, 0, queues, queueSize));
        answer.descriptors().forEach(Descriptor::close);
        return answer.payload().getLong(0);
    }

    @ParameterizedTest
    @CsvSource({"0, 16", "3, 16", "65535, 16", "1, 0", "1, 257", "1, 65535"})
    void shouldRefuseToMakeAnImpossibleRegion(int queues, int queueSize) throws IOException {
        frontEnd.send(
                MessageType.GET_INFLIGHT_FD.id(), NEED_REPLY, description(24, 0, 0, queues, queueSize), List.of());
        Answer answer = frontEnd.receive();
        assertThat(answer.u64()).isEqualTo(1);
        assertThat(answer.descriptors()).isEmpty();
    }

    // ---- SET_INFLIGHT_FD

    @ParameterizedTest
    @ValueSource(ints = {20, 24})
    void shouldGiveEachRingItsPart(int length) throws IOException {
        bench.handshake();
        assertThat(set(description(length, 2 * QUEUE, 64, 2, GuestRing.SIZE))).isZero();
        start(ring);
        start(other);
        bench.device().hold(true);
        ring.submit(1);
        other.submit(3);
        eventually("in flight", () -> status(0).inFlight() == 1 && status(1).inFlight() == 3);
        try (Mapping mapping = Mapping.of(file, 0, 4 * QUEUE)) {
            ByteBuffer bytes = mapping.window(0, 4 * QUEUE);
            assertThat(bytes.get(64)).isEqualTo((byte) 1);
            assertThat(bytes.get(64 + TestVirtqueues.SLOT)).isZero();
            assertThat(bytes.get(64 + QUEUE + 2 * TestVirtqueues.SLOT)).isEqualTo((byte) 1);
            assertThat(bytes.get(64 + QUEUE + 3 * TestVirtqueues.SLOT)).isZero();
        }
        assertThat(bench.virtqueues().setups())
                .allMatch(setup -> setup.inFlight().order() == ByteOrder.LITTLE_ENDIAN
                        && setup.inFlight().capacity() == QUEUE);
    }

    @Test
    void shouldTakeTheRegionBehindEverythingElse() throws IOException {
        bench.handshake();
        start(ring);
        ring.submit(2);
        ring.awaitUsed(2);
        assertThat(set(description(2 * QUEUE, 0))).isZero();
        ring.submit(2);
        ring.awaitUsed(4);
        assertThat(bench.virtqueues().setups()).hasSize(2);
        assertThat(bench.virtqueues().setups().get(0).inFlight()).isNull();
        assertThat(bench.virtqueues().setups().get(1).inFlight()).isNotNull();
    }

    @Test
    void shouldTakeTheRegionBeforeEverythingElse() throws IOException {
        assertThat(set(description(2 * QUEUE, 0))).isZero();
        bench.handshake();
        start(ring);
        ring.submit(1);
        ring.awaitUsed(1);
        assertThat(bench.virtqueues().setups().get(0).inFlight()).isNotNull();
    }

    @Test
    void shouldTakeUpAgainWhatASessionLeftBehindThatEndedUncleanly() throws Exception {
        file.pwrite(ByteBuffer.wrap(new byte[] {1}), 5 * TestVirtqueues.SLOT);
        bench.handshake();
        assertThat(set(description(2 * QUEUE, 0))).isZero();
        start(ring);
        ring.awaitUsed(1);
    }

    @Test
    void shouldReplaceTheRegionUnderRunningRings() throws Exception {
        bench.handshake();
        set(description(2 * QUEUE, 0));
        start(ring);
        try (Descriptor next = Memfd.create("next", 2 * QUEUE)) {
            assertThat(frontEnd.acknowledged(MessageType.SET_INFLIGHT_FD, description(2 * QUEUE, 0), next))
                    .isZero();
            assertThat(OpenFiles.mappings(region)).isZero();
            assertThat(OpenFiles.mappings("next")).isOne();
        }
        ring.submit(1);
        ring.awaitUsed(1);
    }

    @Test
    void shouldLeaveNothingOpenBehindASession() throws IOException {
        frontEnd.synchronise();
        long open = OpenFiles.descriptors();
        bench.handshake();
        set(description(2 * QUEUE, 0));
        set(description(2 * QUEUE, QUEUE));
        start(ring);
        assertThat(OpenFiles.mappings(region)).isOne();
        frontEnd.close();
        bench.end();
        assertThat(OpenFiles.mappings(region)).isZero();
        assertThat(OpenFiles.mappings(OURS)).isZero();
        assertThat(OpenFiles.descriptors()).isEqualTo(open - 2);
    }

    @Test
    void shouldDropTheRegionWithADeviceReset() throws IOException {
        bench.handshake();
        set(description(2 * QUEUE, 0));
        start(ring);
        assertThat(frontEnd.acknowledged(MessageType.RESET_DEVICE, longs())).isZero();
        assertThat(OpenFiles.mappings(region)).isZero();
        ring.continueAt(0);
        start(ring);
        assertThat(bench.virtqueues().setups().get(1).inFlight()).isNull();
    }

    @Test
    void shouldKeepTheRegionMappedWhenRequestsNeverEnd() throws IOException {
        bench.device().asynchronous(true);
        bench.handshake();
        set(description(2 * QUEUE, 0));
        start(ring);
        bench.device().hold(true);
        ring.submit(1);
        eventually("request in flight", () -> status(0).inFlight() == 1);
        bench.device().fail(0);
        eventually("fault", () -> !status(0).fault().isEmpty());
        frontEnd.close();
        bench.end();
        assertThat(OpenFiles.mappings(region)).isOne();
    }

    @Test
    void shouldBreakARingThatIsLargerThanTheRegionIsMadeFor() throws IOException {
        bench.handshake();
        assertThat(set(description(24, 4 * QUEUE, 0, 2, GuestRing.SIZE / 2))).isZero();
        frontEnd.tell(MessageType.SET_VRING_ERR, ring.withDescriptor(), ring.error());
        start(ring);
        ring.awaitError();
        assertThat(status(0).fault()).contains("no room for a ring of 16");

        assertThat(set(description(2 * QUEUE, 0))).isZero();
        assertThat(status(0).fault()).isEmpty();
        ring.submit(1);
        ring.awaitUsed(1);
    }

    @Test
    void shouldBreakARingThatTheRegionHasNoPartFor() throws IOException {
        bench.handshake();
        assertThat(set(description(24, QUEUE, 0, 1, GuestRing.SIZE))).isZero();
        start(ring);
        start(other);
        assertThat(status(0).running()).isTrue();
        assertThat(status(1).fault()).contains("no room for queue 1");
    }

    @Test
    void shouldBreakPackedRingsThatARegionForSplitRingsHasNoRoomFor() throws IOException {
        assertThat(set(description(24, QUEUE, 0, 1, GuestRing.SIZE))).isZero();
        bench.handshake();
        frontEnd.tell(MessageType.SET_FEATURES, longs(SessionBench.FEATURES | 1L << 34));
        start(ring);
        assertThat(status(0).fault()).contains("no room for queue 0");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 2, 16, takes 2048",
        "2047, 0, 2, 16, takes 2048",
        "-1, 0, 2, 16, no size",
        "4097, 0, 2, 16, fewer",
        "2048, 2049, 2, 16, fewer",
        "2048, -1, 2, 16, beyond the end",
        "2048, 0x7fffffffffffffff, 2, 16, beyond the end",
        "0x7fffffffffffffff, 0, 2, 16, at most",
        "4096, 0, 0, 16, 2 queues",
        "4096, 0, 3, 16, 2 queues",
        "4096, 0, 1, 0, 1 to 256",
        "4096, 0, 1, 257, 1 to 256"
    })
    void shouldRefuseAnImpossibleRegionAndKeepTheOneItHas(
            String size, String offset, int queues, int queueSize, String reason) throws IOException {
        bench.handshake();
        set(description(2 * QUEUE, 0));
        start(ring);
        long open = OpenFiles.descriptors();
        assertThat(set(description(24, Long.decode(size), Long.decode(offset), queues, queueSize)))
                .isEqualTo(1);
        assertThat(bench.log().lines()).anyMatch(line -> line.contains(reason));
        assertThat(OpenFiles.descriptors()).isEqualTo(open);
        assertThat(OpenFiles.mappings(region)).isOne();
        assertThat(bench.device().starts()).hasSize(1);
    }

    @Test
    void shouldRefuseARegionWithoutItsFileOrWithAnotherKindOf() throws IOException {
        frontEnd.synchronise();
        long open = OpenFiles.descriptors();
        assertThat(frontEnd.acknowledged(MessageType.SET_INFLIGHT_FD, description(2 * QUEUE, 0)))
                .isEqualTo(1);
        assertThat(frontEnd.acknowledged(MessageType.SET_INFLIGHT_FD, description(2 * QUEUE, 0), file, file))
                .isEqualTo(1);
        try (EventFd event = EventFd.create()) {
            assertThat(frontEnd.acknowledged(
                            MessageType.SET_INFLIGHT_FD, description(2 * QUEUE, 0), Descriptor.adopt(event.number())))
                    .isEqualTo(1);
        }
        assertThat(OpenFiles.descriptors()).isEqualTo(open);
    }

    @Test
    void shouldBreakARingWhoseRegionIsTruncated() throws IOException {
        file.addSeals(Descriptor.F_SEAL_SEAL);
        bench.handshake();
        set(description(2 * QUEUE, 0));
        frontEnd.tell(MessageType.SET_VRING_ERR, ring.withDescriptor(), ring.error());
        start(ring);
        file.truncate(0);
        ring.submit(1);
        ring.awaitError();
        assertThat(status(0).fault()).contains("truncated");
        frontEnd.synchronise();
    }

    @Test
    void shouldSealTheRegionAgainstTruncation() throws IOException {
        assertThat(set(description(2 * QUEUE, 0))).isZero();
        assertThat(file.seals()).isEqualTo(Descriptor.F_SEAL_SHRINK);
    }
}
