// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import static io.hotbay.vhostuser.internal.testing.FrontEnd.longs;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.words;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.keeper.Kept;
import io.hotbay.linux.Descriptor;
import io.hotbay.linux.UnixConnection;
import io.hotbay.target.ControllerStatus.State;
import io.hotbay.target.SessionStatus;
import io.hotbay.vhostuser.internal.testing.Eventually;
import io.hotbay.vhostuser.internal.testing.FrontEnd;
import io.hotbay.vhostuser.internal.testing.GuestRing;
import io.hotbay.vhostuser.internal.testing.OpenFiles;
import io.hotbay.vhostuser.internal.wire.MessageType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A controller goes, another comes in its place, and front-ends notice nothing but a pause. */
class HandOverTest {
    private static final int NEW_CONFIGURATION = 0x1234;

    @TempDir
    Path directory;

    private ControllerBench bench;

    @BeforeEach
    void open() throws IOException {
        bench = new ControllerBench(directory);
        bench.device = null;
        bench.openWithAll();
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    /** What happens between the stop of a bundle and the start of another. */
    private Kept leave() {
        return bench.exported.handOver().keep();
    }

    private void succeed(Kept kept) {
        bench.export(bench.settings(Map.of()));
        bench.exported.open(Heritage.of(kept));
        bench.exported.change(services -> bench.allServices());
    }

    @Test
    void shouldGoOnWithConnectionMemoryAndRings() throws IOException {
        try (FrontEnd frontEnd = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory);
                GuestRing other = new GuestRing(1, bench.memory)) {
            bench.start(frontEnd, ring, 0);
            other.start(frontEnd, 0);
            frontEnd.synchronise();
            ring.submit(3);
            ring.awaitUsed(3);
            SessionStatus before = session();

            Kept kept = leave();
            ring.submit(2);
            assertThat(bench.socket()).exists();
            assertThat(ring.used()).isEqualTo(3);

            succeed(kept);
            ring.awaitUsed(5);
            assertThat(bench.exported.pauses()).singleElement().satisfies(pause -> {
                assertThat(pause.rings()).isEqualTo(2);
                assertThat(pause.requests()).isEqualTo(2);
                assertThat(pause.micros()).isPositive();
                assertThat(pause.cause()).isEqualTo("transport");
            });
            other.submit(1);
            other.awaitUsed(1);
            other.awaitInterrupt();
            SessionStatus after = session();
            assertThat(after.id()).isEqualTo(before.id());
            assertThat(after.features()).isEqualTo(before.features());
            assertThat(after.protocolFeatures()).isEqualTo(before.protocolFeatures());
            assertThat(after.memory()).isEqualTo(before.memory());
            assertThat(after.peerPid()).isEqualTo(before.peerPid());
            assertThat(after.queues()).allMatch(queue -> queue.running() && queue.enabled());
            assertThat(frontEnd.ask(MessageType.GET_VRING_BASE, words(0, 0))
                            .payload()
                            .getInt(4))
                    .isEqualTo(5);
        }
    }

    private SessionStatus session() {
        return bench.exported.status().sessions().get(0);
    }

    @Test
    void shouldAnswerAfterwardsWhatWasAskedMeanwhile() throws IOException {
        try (FrontEnd frontEnd = bench.connect()) {
            frontEnd.tell(MessageType.SET_FEATURES, longs(1L << 32));
            frontEnd.synchronise();
            Kept kept = leave();
            frontEnd.send(MessageType.GET_QUEUE_NUM.id(), FrontEnd.PLAIN, ByteBuffer.allocate(0), List.of());
            try (UnixConnection waiting = UnixConnection.connect(bench.socket())) {
                succeed(kept);
                assertThat(frontEnd.receive().u64()).isEqualTo(2);
                frontEnd.close();
                FrontEnd next = new FrontEnd(waiting);
                next.synchronise();
            }
        }
    }

    @Test
    void shouldRepeatWhatTheDriverHasWrittenAndSayThatTheConfigurationIsNew() throws IOException {
        UnixConnection[] channel = UnixConnection.pair();
        try (FrontEnd frontEnd = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory);
                FrontEnd news = new FrontEnd(channel[0])) {
            frontEnd.tell(MessageType.SET_BACKEND_REQ_FD, ByteBuffer.allocate(0), descriptor(channel[1]));
            bench.start(frontEnd, ring, 0);
            frontEnd.tell(MessageType.SET_CONFIG, words(32, 4, 0, NEW_CONFIGURATION));
            frontEnd.synchronise();

            succeed(leave());
            Eventually.eventually(
                    "the ring runs again", () -> bench.devices.stream().anyMatch(device -> device.running() == 1));
            assertThat(bench.devices)
                    .filteredOn(device -> device.running() == 1)
                    .singleElement()
                    .satisfies(device -> assertThat(device.writes()).hasSize(1));
            // CONFIG_CHANGE_MSG
            assertThat(news.receive().request()).isEqualTo(2);
            frontEnd.synchronise();
        }
    }

    private static Descriptor descriptor(UnixConnection connection) throws IOException {
        return connection.handOver();
    }

    @Test
    void shouldPassOnWhatItCouldNotGoOnWith() throws IOException {
        try (FrontEnd frontEnd = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory)) {
            bench.start(frontEnd, ring, 0);
            Kept kept = leave();
            bench.export(bench.settings(Map.of()));
            bench.exported.open(Heritage.of(kept));
            assertThat(bench.exported.status().state()).isEqualTo(State.WAITING);
            ring.submit(1);

            succeed(leave());
            ring.awaitUsed(1);
        }
    }

    @Test
    void shouldLeaveNothingOpenOverManySuccessions() throws IOException {
        try (FrontEnd frontEnd = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory)) {
            bench.start(frontEnd, ring, 0);
            succeed(leave());
            long before = OpenFiles.descriptors();
            for (int round = 1; round <= 20; round++) {
                ring.submit(1);
                ring.awaitUsed(round);
                succeed(leave());
            }
            assertThat(OpenFiles.descriptors()).isEqualTo(before);
        }
    }

    @Test
    void shouldDropAFrontEndThatStopsInTheMiddleOfAMessage() throws IOException {
        try (FrontEnd slow = bench.connect()) {
            slow.synchronise();
            slow.sendBytes(ByteBuffer.allocateDirect(5), List.of());
            Eventually.eventually("the session waits for the rest of a message", HandOverTest::isReceiving);
            Kept kept = leave();
            assertThat(slow.isClosedByPeer()).isTrue();
            succeed(kept);
            try (FrontEnd next = bench.connect()) {
                next.synchronise();
            }
        }
    }

    private static boolean isReceiving() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> thread.getKey().getName().startsWith("hotbay-vhost-vhostblk0-"))
                .flatMap(thread -> Stream.of(thread.getValue()))
                .anyMatch(frame -> frame.getMethodName().equals("receiveFully"));
    }

    @Test
    void shouldCloseEverythingWhenTheControllerIsDeletedBeforeItGoesOn() throws IOException {
        try (FrontEnd frontEnd = bench.connect()) {
            frontEnd.synchronise();
            Kept kept = leave();
            bench.export(bench.settings(Map.of()));
            bench.exported.open(Heritage.of(kept));
            bench.exported.close();
            assertThat(frontEnd.isClosedByPeer()).isTrue();
        }
    }
}
