// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import static io.hotbay.vhostuser.internal.testing.Eventually.eventually;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.NEED_REPLY;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.longs;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.EventFd;
import io.hotbay.linux.Memfd;
import io.hotbay.vhostuser.internal.testing.FrontEnd;
import io.hotbay.vhostuser.internal.testing.FrontEnd.Answer;
import io.hotbay.vhostuser.internal.testing.GuestRing;
import io.hotbay.vhostuser.internal.testing.OpenFiles;
import io.hotbay.vhostuser.internal.testing.SessionBench;
import io.hotbay.vhostuser.internal.wire.MessageType;
import io.hotbay.virtio.VirtqueueSetup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The log of a live migration: switched on and off, replaced under running rings. The bits have tests of their own. */
class DirtyLogTest {
    private static final long LOG_ALL = 1L << 26;
    private static final long USED_LOG = 40 << 12;

    private SessionBench bench;
    private FrontEnd frontEnd;
    private GuestRing ring;
    private Descriptor file;
    private EventFd event;
    private int requests;

    @BeforeEach
    void begin() throws IOException {
        bench = new SessionBench(1);
        frontEnd = bench.frontEnd();
        ring = new GuestRing(0, bench.memory());
        file = Memfd.create("dirty", 64);
        event = EventFd.create();
    }

    @AfterEach
    void end() throws InterruptedException {
        bench.close();
        ring.close();
        file.close();
        event.close();
    }

    private void start() throws IOException {
        bench.handshake();
        ring.start(frontEnd, 0);
        frontEnd.synchronise();
    }

    private void features(long bits) throws IOException {
        assertThat(frontEnd.acknowledged(MessageType.SET_FEATURES, longs(SessionBench.FEATURES | bits)))
                .isZero();
    }

    private Answer setBase(long size, long offset, Descriptor... files) throws IOException {
        frontEnd.send(MessageType.SET_LOG_BASE.id(), NEED_REPLY, longs(size, offset), List.of(files));
        return frontEnd.receive();
    }

    private long address(int flags, long log) throws IOException {
        return frontEnd.acknowledged(MessageType.SET_VRING_ADDR, ring.address(flags, log));
    }

    private void request() {
        ring.submit(1);
        ring.awaitUsed(++requests);
    }

    private long bits(Descriptor log) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        log.pread(bytes, 0);
        return bytes.getLong(0);
    }

    private VirtqueueSetup setup() {
        List<VirtqueueSetup> setups = bench.virtqueues().setups();
        return setups.get(setups.size() - 1);
    }

    @Test
    void shouldLogAsQemuSwitchesItOnAndOff() throws IOException {
        start();
        request();

        Answer answer = setBase(64, 0, file);
        assertThat(answer.request()).isEqualTo(MessageType.SET_LOG_BASE.id());
        assertThat(answer.flags()).isEqualTo(FrontEnd.REPLY);
        assertThat(answer.size()).isEqualTo(16);
        assertThat(answer.payload().getLong(0)).isEqualTo(64);
        assertThat(answer.payload().getLong(8)).isZero();
        request();
        assertThat(bits(file)).isZero();

        features(LOG_ALL);
        request();
        assertThat(bits(file)).isEqualTo(1 << 2);
        assertThat(setup().usedLogAddress()).isEqualTo(VirtqueueSetup.USED_NOT_LOGGED);

        assertThat(address(1, USED_LOG)).isZero();
        request();
        frontEnd.ask(MessageType.GET_VRING_BASE, ring.state(0));
        assertThat(bits(file)).isEqualTo(1 << 2 | 1 << 3 | 1L << 40);

        ring.start(frontEnd, requests);
        features(0);
        file.pwrite(ByteBuffer.allocate(64), 0);
        request();
        frontEnd.ask(MessageType.GET_VRING_BASE, ring.state(0));
        assertThat(bits(file)).isZero();
        assertThat(setup().log()).isNull();
        assertThat(setup().usedLogAddress()).isEqualTo(VirtqueueSetup.USED_NOT_LOGGED);
    }

    @Test
    void shouldSwitchTheLogOfTheUsedRingWhileItRuns() throws IOException {
        start();
        setBase(64, 0, file);
        features(LOG_ALL);
        int opened = bench.virtqueues().setups().size();
        assertThat(address(0, USED_LOG)).isZero();
        assertThat(bench.virtqueues().setups()).hasSize(opened);
        assertThat(address(1, USED_LOG)).isZero();
        assertThat(setup().usedLogAddress()).isEqualTo(USED_LOG);
        assertThat(address(1, USED_LOG)).isZero();
        assertThat(bench.virtqueues().setups()).hasSize(opened + 1);
        assertThat(address(1, 0)).isZero();
        assertThat(setup().usedLogAddress()).isZero();
        assertThat(address(0, 0)).isZero();
        assertThat(setup().usedLogAddress()).isEqualTo(VirtqueueSetup.USED_NOT_LOGGED);
        request();
    }

    @Test
    void shouldLogWhateverTheOrder() throws IOException {
        frontEnd.tell(MessageType.SET_PROTOCOL_FEATURES, longs(-1));
        setBase(64, 0, file);
        start();
        features(LOG_ALL);
        request();
        assertThat(bits(file)).isOne();
    }

    @Test
    void shouldWriteNothingToAnOldLogBehindTheAnswer() throws IOException {
        start();
        setBase(64, 0, file);
        features(LOG_ALL);
        bench.device().hold(true);
        ring.submit(1);
        eventually("in flight", () -> bench.session().status().queues().get(0).inFlight() == 1);
        try (Descriptor next = Memfd.create("next", 64)) {
            frontEnd.send(MessageType.SET_LOG_BASE.id(), 1, longs(64, 0), List.of(next));
            bench.device().hold(false);
            frontEnd.receive();
            assertThat(bits(file)).isOne();
            assertThat(bits(next)).isZero();
            assertThat(OpenFiles.mappings("dirty")).isZero();
            requests = 1;
            request();
            assertThat(bits(file)).isOne();
            assertThat(bits(next)).isEqualTo(2);
        }
    }

    @Test
    void shouldTellTheFrontEndThatSomethingWasLogged() throws IOException {
        start();
        assertThat(frontEnd.acknowledged(MessageType.SET_LOG_FD, longs(), Descriptor.adopt(event.number())))
                .isZero();
        setBase(64, 0, file);
        features(LOG_ALL);
        request();
        eventually("log event", () -> event.drain() == 1);

        // the log has the bit already
        ring.continueAt(0);
        frontEnd.ask(MessageType.GET_VRING_BASE, ring.state(0));
        ring.start(frontEnd, 0);
        requests = 0;
        request();
        frontEnd.ask(MessageType.GET_VRING_BASE, ring.state(0));
        assertThat(event.drain()).isZero();

        try (EventFd other = EventFd.create()) {
            assertThat(frontEnd.acknowledged(MessageType.SET_LOG_FD, longs(), Descriptor.adopt(other.number())))
                    .isZero();
            ring.start(frontEnd, 1);
            request();
            eventually("other log event", () -> other.drain() == 1);
            assertThat(event.drain()).isZero();
        }
    }

    @Test
    void shouldKeepTheLogOverADeviceReset() throws IOException {
        start();
        setBase(64, 0, file);
        features(LOG_ALL);
        assertThat(frontEnd.acknowledged(MessageType.RESET_DEVICE, longs())).isZero();
        ring.continueAt(0);
        ring.start(frontEnd, 0);
        request();
        assertThat(bits(file)).isOne();
    }

    @Test
    void shouldLeaveNothingOpenBehindASession() throws IOException {
        frontEnd.synchronise();
        long open = OpenFiles.descriptors();
        start();
        frontEnd.tell(MessageType.SET_LOG_FD, longs(), Descriptor.adopt(event.number()));
        setBase(64, 0, file);
        frontEnd.tell(MessageType.SET_LOG_FD, longs(), Descriptor.adopt(event.number()));
        setBase(64, 0, file);
        features(LOG_ALL);
        request();
        assertThat(OpenFiles.mappings("dirty")).isOne();
        frontEnd.close();
        bench.end();
        assertThat(OpenFiles.mappings("dirty")).isZero();
        assertThat(OpenFiles.descriptors()).isEqualTo(open - 2);
    }

    @Test
    void shouldRefuseALogWithoutItsProtocolFeature() throws IOException {
        start();
        frontEnd.tell(MessageType.SET_PROTOCOL_FEATURES, longs(1 << 3));
        assertThat(setBase(64, 0, file).u64()).isEqualTo(1);
        assertThat(bench.log().lines()).anyMatch(line -> line.contains("LOG_SHMFD"));
    }

    @ParameterizedTest
    @CsvSource({
        "65, 0, fewer",
        "8, 64, fewer",
        "0, 0, no size",
        "-1, 0, no size",
        "8, -8, beyond the end",
        "8, 4, multiple",
        "0x7fffffffffffffff, 0, at most"
    })
    void shouldRefuseAnImpossibleLogAndKeepTheOneItHas(String size, String offset, String reason) throws IOException {
        start();
        setBase(64, 0, file);
        features(LOG_ALL);
        long open = OpenFiles.descriptors();
        assertThat(setBase(Long.decode(size), Long.decode(offset), file).u64()).isEqualTo(1);
        assertThat(bench.log().lines()).anyMatch(line -> line.contains(reason));
        assertThat(OpenFiles.descriptors()).isEqualTo(open);
        request();
        assertThat(bits(file)).isOne();
    }

    @Test
    void shouldSealTheLogAndRefuseOneThatCannotBe() throws IOException {
        start();
        setBase(64, 0, file);
        assertThat(file.seals()).isEqualTo(Descriptor.F_SEAL_SHRINK);
        try (Descriptor unsafe = Memfd.create("unsafe", 64)) {
            unsafe.addSeals(Descriptor.F_SEAL_SEAL);
            assertThat(setBase(64, 0, unsafe).u64()).isEqualTo(1);
        }
        assertThat(bench.log().lines()).anyMatch(line -> line.contains("F_SEAL_SHRINK"));
        try (Descriptor huge = Memfd.createHuge("unsafe", 2 << 20, 2 << 20)) {
            assertThat(setBase(64, 0, huge).u64()).isEqualTo(1);
        }
        assertThat(bench.log().lines()).anyMatch(line -> line.contains("ordinary pages"));
        assertThat(OpenFiles.mappings("unsafe")).isZero();
    }

    @Test
    void shouldRefuseDescriptorsOfTheWrongKindOrNumber() throws IOException {
        bench.handshake();
        frontEnd.synchronise();
        long open = OpenFiles.descriptors();
        assertThat(setBase(64, 0).u64()).isEqualTo(1);
        assertThat(setBase(64, 0, file, file).u64()).isEqualTo(1);
        assertThat(setBase(64, 0, Descriptor.adopt(event.number())).u64()).isEqualTo(1);
        assertThat(frontEnd.acknowledged(MessageType.SET_LOG_FD, longs(), file)).isEqualTo(1);
        assertThat(frontEnd.acknowledged(MessageType.SET_LOG_FD, longs())).isEqualTo(1);
        assertThat(frontEnd.acknowledged(MessageType.SET_LOG_BASE, longs(0))).isEqualTo(1);
        assertThat(OpenFiles.descriptors()).isEqualTo(open);
    }
}
