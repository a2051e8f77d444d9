// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import static io.hotbay.vhostuser.internal.testing.Eventually.eventually;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.longs;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.words;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.FileStatus;
import io.hotbay.linux.UnixConnection;
import io.hotbay.linux.UnixListener;
import io.hotbay.target.ControllerStatus;
import io.hotbay.target.ControllerStatus.State;
import io.hotbay.vhostuser.internal.testing.FrontEnd;
import io.hotbay.vhostuser.internal.testing.GuestRing;
import io.hotbay.vhostuser.internal.testing.OpenFiles;
import io.hotbay.vhostuser.internal.testing.SessionBench;
import io.hotbay.vhostuser.internal.testing.TestDevice;
import io.hotbay.vhostuser.internal.testing.TestReactors;
import io.hotbay.vhostuser.internal.testing.TestVirtqueues;
import io.hotbay.vhostuser.internal.wire.MessageType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A controller whose services, front-ends and configurations come and go. */
class ExportedDeviceTest {
    private static final Map<String, Object> READONLY = Map.of("readonly", true);

    @TempDir
    private Path directory;

    private ControllerBench bench;

    @BeforeEach
    void begin() throws IOException {
        bench = new ControllerBench(directory);
        bench.export(settings("sockets", "0600", ""));
    }

    @AfterEach
    void end() throws InterruptedException {
        bench.close();
    }

    private ControllerSettings settings(String folder, String mode, String cores) {
        return settings("vhostblk0", folder, mode, cores);
    }

    private ControllerSettings settings(String name, String folder, String mode, String cores) {
        return bench.settings(name, folder, mode, cores, READONLY);
    }

    // ---- the socket

    @Test
    void shouldBindTheSocketWhenTheLastServiceComes() {
        bench.exported.open(null);
        assertThat(bench.exported.status().state()).isEqualTo(State.WAITING);
        assertThat(bench.exported.status().reason()).contains("bdev Malloc0");
        bench.bindBdev();
        assertThat(bench.exported.status().reason()).contains("device type blk");
        bench.exported.change(services -> services.withDeviceType(bench.type));
        assertThat(bench.exported.status().reason()).contains("reactor");
        bench.exported.change(services -> services.withReactors(bench.reactors));
        assertThat(bench.exported.status().reason()).contains("virtqueue");
        assertThat(bench.socket()).doesNotExist();
        bench.exported.change(services -> services.withVirtqueues(bench.virtqueues));
        assertThat(bench.socket()).exists();
        ControllerStatus status = bench.exported.status();
        assertThat(status.state()).isEqualTo(State.LISTENING);
        assertThat(status.reason()).isEmpty();
        assertThat(status.socket()).isEqualTo(bench.socket().toString());
        assertThat(status.queues()).isEqualTo(2);
        assertThat(status.queueSize()).isEqualTo(256);
        assertThat(status.options()).containsEntry("readonly", true);
    }

    @Test
    void shouldDoNothingBeforeItIsOpened() {
        bench.exported.change(services -> bench.allServices());
        assertThat(bench.socket()).doesNotExist();
        bench.exported.open(null);
        assertThat(bench.socket()).exists();
    }

    @Test
    void shouldGiveTheSocketTheModeThatIsConfigured() throws IOException {
        bench.openWithAll();
        assertThat(FileStatus.of(bench.socket()).mode() & 0777).isEqualTo(0600);
        bench.exported.configure(settings("sockets", "0666", ""));
        assertThat(FileStatus.of(bench.socket()).mode() & 0777).isEqualTo(0666);
    }

    @Test
    void shouldRemoveTheSocketWhenTheBdevGoesAndNobodyIsConnected() throws IOException {
        bench.openWithAll();
        bench.unbindBdev();
        assertThat(bench.socket()).doesNotExist();
        assertThat(bench.exported.status().state()).isEqualTo(State.WAITING);
        assertThat(bench.exported.status().queues()).isZero();
        bench.bindBdev();
        try (FrontEnd frontEnd = bench.connect()) {
            frontEnd.synchronise();
        }
    }

    @Test
    void shouldRemoveTheSocketAtTheEnd() {
        bench.openWithAll();
        bench.exported.close();
        assertThat(bench.socket()).doesNotExist();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("hotbay-vhost-vhostblk0"));
    }

    @Test
    void shouldMoveTheSocketWhenItIsConfiguredElsewhere() throws IOException {
        bench.openWithAll();
        bench.exported.configure(settings("elsewhere", "0600", ""));
        assertThat(bench.socket()).doesNotExist();
        assertThat(directory.resolve("elsewhere/vhostblk0")).exists();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a/b",
                "..",
                "a b",
                "äh",
                "0123456789012345678901234567890123456789012345678901234567890123456789"
            })
    void shouldFailWithANameThatCannotBeASocket(String name) {
        bench.export(settings(name, "sockets", "0600", ""));
        bench.openWithAll();
        assertThat(bench.exported.status().state()).isEqualTo(State.FAILED);
        assertThat(bench.exported.status().reason()).contains("controller name \"" + name + "\"");
    }

    @Test
    void shouldFailWithAPathThatIsTooLongAndRecoverWhenItIsConfiguredAnew() {
        bench.export(settings("d".repeat(120), "0600", ""));
        bench.openWithAll();
        assertThat(bench.exported.status().state()).isEqualTo(State.FAILED);
        assertThat(bench.exported.status().reason()).contains("107").doesNotContain("\n");
        assertThat(directory.resolve("d".repeat(120))).doesNotExist();
        bench.exported.configure(settings("sockets", "0600", ""));
        assertThat(bench.exported.status().state()).isEqualTo(State.LISTENING);
        assertThat(bench.socket()).exists();
    }

    @Test
    void shouldLeaveAFileThatIsNoSocketAlone() throws IOException {
        Files.createDirectories(bench.socket().getParent());
        Files.writeString(bench.socket(), "precious");
        bench.openWithAll();
        assertThat(bench.exported.status().state()).isEqualTo(State.FAILED);
        assertThat(bench.exported.status().reason()).contains(bench.socket().toString());
        assertThat(bench.socket()).hasContent("precious");
        bench.exported.close();
        assertThat(bench.socket()).hasContent("precious");
    }

    @Test
    void shouldFailWhenSomebodyElseListens() throws IOException {
        Files.createDirectories(bench.socket().getParent());
        try (UnixListener other = UnixListener.bind(bench.socket(), new UnixListener.Options(0600, -1, -1, 1))) {
            bench.openWithAll();
            assertThat(bench.exported.status().state()).isEqualTo(State.FAILED);
            assertThat(bench.exported.status().reason()).contains(bench.socket().toString());
            bench.exported.close();
            assertThat(other.path()).exists();
        }
    }

    @Test
    void shouldFailWhenTheDirectoryCannotBeMade() throws IOException {
        Files.writeString(directory.resolve("file"), "");
        bench.export(settings("file/sockets", "0600", ""));
        bench.openWithAll();
        assertThat(bench.exported.status().state()).isEqualTo(State.FAILED);
        assertThat(bench.exported.status().reason())
                .contains("cannot make the socket directory")
                .contains("Not a directory at " + directory.resolve("file")
                        + "/sockets; choose another one with socket_dir");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "rw", "0999", "77777"})
    void shouldFailWithAModeThatIsNone(String mode) {
        bench.export(settings("sockets", mode, ""));
        bench.openWithAll();
        assertThat(bench.exported.status().state()).isEqualTo(State.FAILED);
        assertThat(bench.exported.status().reason()).contains("socket_mode \"" + mode + "\"");
    }

    @Test
    void shouldFailWithCoresThatHaveNoReactor() {
        bench.export(settings("sockets", "0600", "0x8"));
        bench.openWithAll();
        assertThat(bench.exported.status().state()).isEqualTo(State.FAILED);
        assertThat(bench.exported.status().reason()).contains("no reactor");
        assertThat(bench.exported.status().cores()).isEqualTo("3");
        assertThat(bench.socket()).doesNotExist();
    }

    @Test
    void shouldFailWhenTheDeviceCannotBeMadeAndRecoverWhenItCan() {
        bench.failure = "Malloc0 has an odd size";
        bench.openWithAll();
        assertThat(bench.exported.status().state()).isEqualTo(State.FAILED);
        assertThat(bench.exported.status().reason()).isEqualTo("Malloc0 has an odd size");
        bench.failure = null;
        bench.bindBdev();
        assertThat(bench.exported.status().state()).isEqualTo(State.LISTENING);
    }

    // ---- sessions

    @Test
    void shouldServeAFrontEndAndTellOfIt() throws IOException {
        bench.openWithAll();
        try (FrontEnd frontEnd = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory)) {
            bench.start(frontEnd, ring, 0);
            ring.submit(3);
            ring.awaitUsed(3);
            assertThat(bench.exported.status().sessions()).singleElement().satisfies(session -> {
                assertThat(session.peerPid())
                        .isEqualTo((int) ProcessHandle.current().pid());
                assertThat(session.features()).isEqualTo(SessionBench.FEATURES);
                assertThat(session.memory()).isEqualTo(0x10000);
                assertThat(session.queues()).hasSize(2);
            });
        }
        eventually(
                "end of the session", () -> bench.exported.status().sessions().isEmpty());
        // the next front-end finds a new device
        assertThat(bench.device.resets()).isZero();
        assertThat(bench.device.running()).isZero();
    }

    @Test
    void shouldLetASecondFrontEndWaitUntilTheFirstHasGone() throws IOException {
        bench.openWithAll();
        FrontEnd first = bench.connect();
        first.synchronise();
        FrontEnd second = bench.connect();
        second.send(MessageType.GET_QUEUE_NUM.id(), FrontEnd.PLAIN, longs(), List.of());
        CompletableFuture<Long> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return second.receive().u64();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        first.synchronise();
        assertThat(answer).isNotDone();
        assertThat(bench.exported.status().sessions()).hasSize(1);
        first.close();
        assertThat(answer.join()).isEqualTo(2);
        assertThat(bench.exported.status().sessions().get(0).id()).isEqualTo(1);
        second.close();
    }

    @Test
    void shouldServeTheNextFrontEndAfterABadOne() throws IOException {
        bench.openWithAll();
        try (FrontEnd bad = bench.connect()) {
            bad.send(99, FrontEnd.PLAIN, longs(), List.of());
            assertThat(bad.isClosedByPeer()).isTrue();
        }
        try (FrontEnd good = bench.connect()) {
            good.synchronise();
        }
        assertThat(bench.log.lines()).anyMatch(line -> line.contains("ended") && line.contains("message 99"));
    }

    @Test
    void shouldDrainRingsBeforeTheConnectionEnds() throws IOException {
        bench.openWithAll();
        try (FrontEnd frontEnd = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory)) {
            bench.start(frontEnd, ring, 0);
            ring.submit(2);
            ring.awaitUsed(2);
            bench.device.hold(true);
            ring.submit(2);
            eventually("in flight", () -> bench.inFlight() == 2);
            CompletableFuture<Void> closing = CompletableFuture.runAsync(bench.exported::close);
            eventually("socket gone", () -> Files.notExists(bench.socket()));
            bench.device.hold(false);
            closing.join();
            assertThat(frontEnd.isClosedByPeer()).isTrue();
            assertThat(ring.used()).isEqualTo(4);
            assertThat(bench.device.running()).isZero();
            assertThat(OpenFiles.mappings(bench.memoryName)).isEqualTo(1);
        }
    }

    // ---- services under a session

    @Test
    void shouldLetRequestsWaitWhileTheBdevIsAway() throws IOException {
        bench.openWithAll();
        try (FrontEnd frontEnd = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory)) {
            bench.start(frontEnd, ring, 0);
            ring.submit(3);
            ring.awaitUsed(3);

            bench.unbindBdev();
            assertThat(bench.device.running()).isZero();
            ring.submit(2);
            frontEnd.synchronise();
            assertThat(frontEnd.firstOfConfig()).isEqualTo(1);
            assertThat(ring.used()).isEqualTo(3);
            assertThat(bench.socket()).exists();
            assertThat(bench.exported.status().state()).isEqualTo(State.WAITING);
            assertThat(bench.exported.status().sessions()).hasSize(1);

            TestDevice former = bench.device;
            bench.device = new TestDevice(2);
            bench.bindBdev();
            ring.awaitUsed(5);
            assertThat(bench.device.starts()).containsExactly(SessionBench.FEATURES);
            assertThat(former.starts()).hasSize(1);
            assertThat(bench.exported.status().state()).isEqualTo(State.LISTENING);
            assertThat(frontEnd.ask(MessageType.GET_VRING_BASE, ring.state(0))
                            .payload()
                            .getInt(4))
                    .isEqualTo(5);
        }
    }

    @Test
    void shouldFinishRequestsOverTheServiceThatLeaves() throws IOException {
        bench.openWithAll();
        try (FrontEnd frontEnd = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory)) {
            bench.start(frontEnd, ring, 0);
            bench.device.hold(true);
            ring.submit(4);
            eventually("in flight", () -> bench.inFlight() == 4);
            CompletableFuture<Void> leaving =
                    CompletableFuture.runAsync(() -> bench.exported.change(services -> services.withDeviceType(null)));
            TestDevice former = bench.device;
            former.hold(false);
            leaving.join();
            assertThat(ring.used()).isEqualTo(4);
            assertThat(former.running()).isZero();
        }
    }

    @Test
    void shouldGoOnOverOtherReactorsAndVirtqueues() throws Exception {
        bench.openWithAll();
        try (FrontEnd frontEnd = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory);
                TestReactors others = new TestReactors()) {
            bench.start(frontEnd, ring, 0);
            ring.submit(1);
            ring.awaitUsed(1);
            bench.exported.change(services -> services.withReactors(others));
            assertThat(bench.reactors.reactor().pollers()).isEmpty();
            assertThat(bench.reactors.reactor().watched()).isEmpty();
            assertThat(others.reactor().pollers()).hasSize(1);
            bench.exported.change(services -> services.withVirtqueues(new TestVirtqueues()));
            ring.submit(1);
            ring.awaitUsed(2);
            bench.exported.change(services -> services.withReactors(bench.reactors));
            ring.submit(1);
            ring.awaitUsed(3);
        }
    }

    @Test
    void shouldBringANewDeviceToTheStateOfTheOld() throws IOException {
        bench.openWithAll();
        try (FrontEnd frontEnd = bench.connect()) {
            assertThat(frontEnd.acknowledged(MessageType.SET_CONFIG, words(32, 4, 0, 5)))
                    .isZero();
            bench.device = new TestDevice(2);
            bench.bindBdev();
            assertThat(bench.device.writes()).containsExactly("32=5000");
        }
    }

    @Test
    void shouldTellTheFrontEndOfAChangedDevice() throws IOException {
        bench.openWithAll();
        UnixConnection[] channel = UnixConnection.pair();
        try (FrontEnd frontEnd = bench.connect();
                FrontEnd news = new FrontEnd(channel[0]);
                GuestRing ring = new GuestRing(0, bench.memory)) {
            frontEnd.ask(MessageType.GET_CONFIG, words(0, 4, 0, 0));
            frontEnd.tell(MessageType.SET_BACKEND_REQ_FD, longs(), Descriptor.adopt(channel[1].number()));
            bench.start(frontEnd, ring, 0);
            bench.device = new TestDevice(2);
            bench.device.config(0, 42);
            bench.bindBdev();
            assertThat(news.receive().request()).isEqualTo(2);
            assertThat(frontEnd.firstOfConfig()).isEqualTo(42);
        } finally {
            channel[1].close();
        }
    }

    @Test
    void shouldRemoveTheSocketWhenTheFrontEndGoesWhileTheBdevIsAway() throws IOException {
        bench.openWithAll();
        FrontEnd frontEnd = bench.connect();
        frontEnd.synchronise();
        bench.unbindBdev();
        assertThat(bench.socket()).exists();
        frontEnd.close();
        eventually("socket gone", () -> Files.notExists(bench.socket()));
        bench.bindBdev();
        try (FrontEnd next = bench.connect()) {
            next.synchronise();
        }
    }

    @Test
    void shouldKeepTheFrontEndWhenTheSocketMoves() throws IOException {
        bench.openWithAll();
        try (FrontEnd frontEnd = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory)) {
            bench.start(frontEnd, ring, 0);
            bench.exported.configure(settings("elsewhere", "0600", ""));
            ring.submit(1);
            ring.awaitUsed(1);
            try (FrontEnd next = new FrontEnd(UnixConnection.connect(directory.resolve("elsewhere/vhostblk0")))) {
                frontEnd.close();
                next.synchronise();
                assertThat(bench.exported.status().sessions().get(0).id()).isEqualTo(1);
            }
        }
    }

    @Test
    void shouldLetAServiceGoAlthoughItsRequestsNeverEnd() throws IOException {
        bench.limit = ControllerBench.SHORT;
        bench.openWith(READONLY);
        try (FrontEnd frontEnd = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory);
                GuestRing other = new GuestRing(1, bench.memory)) {
            bench.start(frontEnd, ring, 0);
            other.start(frontEnd, 0);
            frontEnd.tell(MessageType.SET_VRING_ERR, ring.withDescriptor(), ring.error());
            frontEnd.synchronise();
            bench.device.hold(true);
            ring.submit(1);
            eventually("in flight", () -> bench.inFlight() == 1);

            TestDevice former = bench.device;
            bench.unbindBdev();
            assertThat(bench.reactors.reactor().pollers()).isEmpty();
            assertThat(bench.exported.status().sessions().get(0).queues().get(0).fault())
                    .contains("never completed");
            assertThat(former.running()).isEqualTo(1);

            bench.device = new TestDevice(2);
            bench.bindBdev();
            other.submit(1);
            other.awaitUsed(1);
            frontEnd.close();
            eventually(
                    "end of the session",
                    () -> bench.exported.status().sessions().isEmpty());
            // somebody may still write there
            assertThat(OpenFiles.mappings(bench.memoryName)).isEqualTo(2);
        }
    }

    @Test
    void shouldEndAlthoughTheSessionWaitsForARequestThatNeverEnds() throws IOException {
        bench.limit = ControllerBench.SHORT;
        bench.openWith(READONLY);
        try (FrontEnd frontEnd = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory)) {
            bench.start(frontEnd, ring, 0);
            bench.device.hold(true);
            ring.submit(1);
            eventually("in flight", () -> bench.inFlight() == 1);
            frontEnd.send(MessageType.GET_VRING_BASE.id(), FrontEnd.PLAIN, ring.state(0), List.of());
            eventually("complaint", () -> bench.log.lines().stream().anyMatch(line -> line.contains("still waiting")));
            bench.exported.close();
            assertThat(bench.exported.status().sessions()).isEmpty();
            assertThat(bench.socket()).doesNotExist();
        }
    }
}
