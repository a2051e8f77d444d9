// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import static io.hotbay.vhostuser.internal.testing.Eventually.eventually;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.longs;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.words;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.linux.Descriptor;
import io.hotbay.linux.FileStatus;
import io.hotbay.linux.UnixConnection;
import io.hotbay.linux.UnixListener;
import io.hotbay.target.ControllerStatus;
import io.hotbay.target.ControllerStatus.State;
import io.hotbay.vhostuser.internal.ring.Patience;
import io.hotbay.vhostuser.internal.testing.FrontEnd;
import io.hotbay.vhostuser.internal.testing.GuestMemoryFile;
import io.hotbay.vhostuser.internal.testing.GuestRing;
import io.hotbay.vhostuser.internal.testing.OpenFiles;
import io.hotbay.vhostuser.internal.testing.RecordingLogger;
import io.hotbay.vhostuser.internal.testing.SessionBench;
import io.hotbay.vhostuser.internal.testing.TestDevice;
import io.hotbay.vhostuser.internal.testing.TestReactors;
import io.hotbay.vhostuser.internal.testing.TestVirtqueues;
import io.hotbay.vhostuser.internal.wire.MessageType;
import io.hotbay.virtio.VirtioDeviceType;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A controller whose services, front-ends and configurations come and go. */
class ExportedDeviceTest {
    private static final Duration LIMIT = Duration.ofMillis(400);
    private static final AtomicInteger MEMORIES = new AtomicInteger();

    @TempDir
    private Path directory;

    private final RecordingLogger log = new RecordingLogger();
    private final TestReactors reactors = new TestReactors();
    private final TestVirtqueues virtqueues = new TestVirtqueues();
    private final BlockDevice bdev = bdev();
    private final VirtioDeviceType type = context -> devices();
    private volatile TestDevice device = new TestDevice(2);
    private volatile String failure;
    /** Of its own for each test: some of them leave a mapping behind, as they should. */
    private final String memoryName = "exported-" + MEMORIES.incrementAndGet();

    private GuestMemoryFile memory;
    private ExportedDevice exported;

    private static BlockDevice bdev() {
        return (BlockDevice) Proxy.newProxyInstance(
                BlockDevice.class.getClassLoader(), new Class<?>[] {BlockDevice.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "equals":
                            return proxy == arguments[0];
                        case "hashCode":
                            return System.identityHashCode(proxy);
                        default:
                            throw new UnsupportedOperationException(method.getName());
                    }
                });
    }

    private TestDevice devices() throws IOException {
        if (failure != null) {
            throw new IOException(failure);
        }
        return device;
    }

    @BeforeEach
    void begin() throws IOException {
        memory = new GuestMemoryFile(memoryName, 0x10000, 0x10000);
        exported = export(settings("sockets", "0600", ""));
    }

    @AfterEach
    void end() throws InterruptedException {
        device.hold(false);
        exported.close();
        reactors.close();
        memory.close();
    }

    private ControllerSettings settings(String folder, String mode, String cores) {
        return settings("vhostblk0", folder, mode, cores);
    }

    private ControllerSettings settings(String name, String folder, String mode, String cores) {
        return new ControllerSettings(
                name,
                "blk",
                "Malloc0",
                directory.resolve(folder).toString(),
                mode,
                "",
                "",
                cores,
                Map.of("readonly", true));
    }

    private ExportedDevice export(ControllerSettings settings) {
        return new ExportedDevice(settings, new Patience(LIMIT, LIMIT, log.logger()), log.logger());
    }

    private Path socket() {
        return directory.resolve("sockets/vhostblk0");
    }

    private void bindAll() {
        exported.change(services -> new ControllerServices(bdev, type, reactors, virtqueues));
    }

    private void openWithAll() {
        exported.open();
        bindAll();
    }

    private FrontEnd connect() throws IOException {
        return new FrontEnd(UnixConnection.connect(socket()));
    }

    private void start(FrontEnd frontEnd, GuestRing ring, int base) throws IOException {
        frontEnd.tell(MessageType.SET_FEATURES, longs(SessionBench.FEATURES));
        frontEnd.tell(MessageType.SET_MEM_TABLE, GuestMemoryFile.table(memory), memory.file());
        ring.start(frontEnd, base);
        frontEnd.synchronise();
    }

    private int inFlight() {
        return exported.status().sessions().get(0).queues().get(0).inFlight();
    }

    // ---- the socket

    @Test
    void shouldBindTheSocketWhenTheLastServiceComes() {
        exported.open();
        assertThat(exported.status().state()).isEqualTo(State.WAITING);
        assertThat(exported.status().reason()).contains("bdev Malloc0");
        exported.change(services -> services.withBdev(bdev));
        assertThat(exported.status().reason()).contains("device type blk");
        exported.change(services -> services.withDeviceType(type));
        assertThat(exported.status().reason()).contains("reactor");
        exported.change(services -> services.withReactors(reactors));
        assertThat(exported.status().reason()).contains("virtqueue");
        assertThat(socket()).doesNotExist();
        exported.change(services -> services.withVirtqueues(virtqueues));
        assertThat(socket()).exists();
        ControllerStatus status = exported.status();
        assertThat(status.state()).isEqualTo(State.LISTENING);
        assertThat(status.reason()).isEmpty();
        assertThat(status.socket()).isEqualTo(socket().toString());
        assertThat(status.queues()).isEqualTo(2);
        assertThat(status.queueSize()).isEqualTo(256);
        assertThat(status.options()).containsEntry("readonly", true);
    }

    @Test
    void shouldDoNothingBeforeItIsOpened() {
        bindAll();
        assertThat(socket()).doesNotExist();
        exported.open();
        assertThat(socket()).exists();
    }

    @Test
    void shouldGiveTheSocketTheModeThatIsConfigured() throws IOException {
        openWithAll();
        assertThat(FileStatus.of(socket()).mode() & 0777).isEqualTo(0600);
        exported.configure(settings("sockets", "0666", ""));
        assertThat(FileStatus.of(socket()).mode() & 0777).isEqualTo(0666);
    }

    @Test
    void shouldRemoveTheSocketWhenTheBdevGoesAndNobodyIsConnected() throws IOException {
        openWithAll();
        exported.change(services -> services.withBdev(null));
        assertThat(socket()).doesNotExist();
        assertThat(exported.status().state()).isEqualTo(State.WAITING);
        assertThat(exported.status().queues()).isZero();
        exported.change(services -> services.withBdev(bdev));
        try (FrontEnd frontEnd = connect()) {
            frontEnd.synchronise();
        }
    }

    @Test
    void shouldRemoveTheSocketAtTheEnd() {
        openWithAll();
        exported.close();
        assertThat(socket()).doesNotExist();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("hotbay-vhost-vhostblk0"));
    }

    @Test
    void shouldMoveTheSocketWhenItIsConfiguredElsewhere() throws IOException {
        openWithAll();
        exported.configure(settings("elsewhere", "0600", ""));
        assertThat(socket()).doesNotExist();
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
        exported = export(settings(name, "sockets", "0600", ""));
        openWithAll();
        assertThat(exported.status().state()).isEqualTo(State.FAILED);
        assertThat(exported.status().reason()).contains("controller name \"" + name + "\"");
    }

    @Test
    void shouldFailWithAPathThatIsTooLongAndRecoverWhenItIsConfiguredAnew() {
        exported = export(settings("d".repeat(120), "0600", ""));
        openWithAll();
        assertThat(exported.status().state()).isEqualTo(State.FAILED);
        assertThat(exported.status().reason()).contains("107").doesNotContain("\n");
        exported.configure(settings("sockets", "0600", ""));
        assertThat(exported.status().state()).isEqualTo(State.LISTENING);
        assertThat(socket()).exists();
    }

    @Test
    void shouldLeaveAFileThatIsNoSocketAlone() throws IOException {
        Files.createDirectories(socket().getParent());
        Files.writeString(socket(), "precious");
        openWithAll();
        assertThat(exported.status().state()).isEqualTo(State.FAILED);
        assertThat(exported.status().reason()).contains(socket().toString());
        assertThat(socket()).hasContent("precious");
        exported.close();
        assertThat(socket()).hasContent("precious");
    }

    @Test
    void shouldFailWhenSomebodyElseListens() throws IOException {
        Files.createDirectories(socket().getParent());
        try (UnixListener other = UnixListener.bind(socket(), new UnixListener.Options(0600, -1, -1, 1))) {
            openWithAll();
            assertThat(exported.status().state()).isEqualTo(State.FAILED);
            assertThat(exported.status().reason()).contains(socket().toString());
            exported.close();
            assertThat(other.path()).exists();
        }
    }

    @Test
    void shouldFailWhenTheDirectoryCannotBeMade() throws IOException {
        Files.writeString(directory.resolve("file"), "");
        exported = export(settings("file/sockets", "0600", ""));
        openWithAll();
        assertThat(exported.status().state()).isEqualTo(State.FAILED);
        assertThat(exported.status().reason())
                .contains("cannot make the socket directory")
                .contains("socket_dir");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "rw", "0999", "77777"})
    void shouldFailWithAModeThatIsNone(String mode) {
        exported = export(settings("sockets", mode, ""));
        openWithAll();
        assertThat(exported.status().state()).isEqualTo(State.FAILED);
        assertThat(exported.status().reason()).contains("socket_mode \"" + mode + "\"");
    }

    @Test
    void shouldFailWithCoresThatHaveNoReactor() {
        exported = export(settings("sockets", "0600", "0x8"));
        openWithAll();
        assertThat(exported.status().state()).isEqualTo(State.FAILED);
        assertThat(exported.status().reason()).contains("no reactor");
        assertThat(exported.status().cores()).isEqualTo("3");
        assertThat(socket()).doesNotExist();
    }

    @Test
    void shouldFailWhenTheDeviceCannotBeMadeAndRecoverWhenItCan() {
        failure = "Malloc0 has an odd size";
        openWithAll();
        assertThat(exported.status().state()).isEqualTo(State.FAILED);
        assertThat(exported.status().reason()).isEqualTo("Malloc0 has an odd size");
        failure = null;
        exported.reload();
        assertThat(exported.status().state()).isEqualTo(State.LISTENING);
    }

    // ---- sessions

    @Test
    void shouldServeAFrontEndAndTellOfIt() throws IOException {
        openWithAll();
        try (FrontEnd frontEnd = connect();
                GuestRing ring = new GuestRing(0, memory)) {
            start(frontEnd, ring, 0);
            ring.submit(3);
            ring.awaitUsed(3);
            assertThat(exported.status().sessions()).singleElement().satisfies(session -> {
                assertThat(session.peerPid())
                        .isEqualTo((int) ProcessHandle.current().pid());
                assertThat(session.features()).isEqualTo(SessionBench.FEATURES);
                assertThat(session.memory()).isEqualTo(0x10000);
                assertThat(session.queues()).hasSize(2);
            });
        }
        eventually("end of the session", () -> exported.status().sessions().isEmpty());
        assertThat(device.resets()).isEqualTo(1);
        assertThat(device.running()).isZero();
    }

    @Test
    void shouldLetASecondFrontEndWaitUntilTheFirstHasGone() throws IOException {
        openWithAll();
        FrontEnd first = connect();
        first.synchronise();
        FrontEnd second = connect();
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
        assertThat(exported.status().sessions()).hasSize(1);
        first.close();
        assertThat(answer.join()).isEqualTo(2);
        assertThat(exported.status().sessions().get(0).id()).isEqualTo(1);
        second.close();
    }

    @Test
    void shouldServeTheNextFrontEndAfterABadOne() throws IOException {
        openWithAll();
        try (FrontEnd bad = connect()) {
            bad.send(99, FrontEnd.PLAIN, longs(), List.of());
            assertThat(bad.isClosedByPeer()).isTrue();
        }
        try (FrontEnd good = connect()) {
            good.synchronise();
        }
        assertThat(log.lines()).anyMatch(line -> line.contains("ended") && line.contains("message 99"));
    }

    @Test
    void shouldDrainRingsBeforeTheConnectionEnds() throws IOException {
        openWithAll();
        try (FrontEnd frontEnd = connect();
                GuestRing ring = new GuestRing(0, memory)) {
            start(frontEnd, ring, 0);
            ring.submit(2);
            ring.awaitUsed(2);
            device.hold(true);
            ring.submit(2);
            eventually("in flight", () -> inFlight() == 2);
            CompletableFuture<Void> closing = CompletableFuture.runAsync(exported::close);
            eventually("socket gone", () -> Files.notExists(socket()));
            device.hold(false);
            closing.join();
            assertThat(frontEnd.isClosedByPeer()).isTrue();
            assertThat(ring.used()).isEqualTo(4);
            assertThat(device.running()).isZero();
            assertThat(OpenFiles.mappings(memoryName)).isEqualTo(1);
        }
    }

    // ---- services under a session

    @Test
    void shouldLetRequestsWaitWhileTheBdevIsAway() throws IOException {
        openWithAll();
        try (FrontEnd frontEnd = connect();
                GuestRing ring = new GuestRing(0, memory)) {
            start(frontEnd, ring, 0);
            ring.submit(3);
            ring.awaitUsed(3);

            exported.change(services -> services.withBdev(null));
            assertThat(device.running()).isZero();
            ring.submit(2);
            frontEnd.synchronise();
            assertThat(frontEnd.ask(MessageType.GET_CONFIG, words(0, 4, 0, 0))
                            .payload()
                            .get(12))
                    .isEqualTo((byte) 1);
            assertThat(ring.used()).isEqualTo(3);
            assertThat(socket()).exists();
            assertThat(exported.status().state()).isEqualTo(State.WAITING);
            assertThat(exported.status().sessions()).hasSize(1);

            TestDevice former = device;
            device = new TestDevice(2);
            exported.change(services -> services.withBdev(bdev));
            ring.awaitUsed(5);
            assertThat(device.starts()).containsExactly(SessionBench.FEATURES);
            assertThat(former.starts()).hasSize(1);
            assertThat(exported.status().state()).isEqualTo(State.LISTENING);
            assertThat(frontEnd.ask(MessageType.GET_VRING_BASE, ring.state(0))
                            .payload()
                            .getInt(4))
                    .isEqualTo(5);
        }
    }

    @Test
    void shouldFinishRequestsOverTheServiceThatLeaves() throws IOException {
        openWithAll();
        try (FrontEnd frontEnd = connect();
                GuestRing ring = new GuestRing(0, memory)) {
            start(frontEnd, ring, 0);
            device.hold(true);
            ring.submit(4);
            eventually("in flight", () -> inFlight() == 4);
            CompletableFuture<Void> leaving =
                    CompletableFuture.runAsync(() -> exported.change(services -> services.withDeviceType(null)));
            TestDevice former = device;
            former.hold(false);
            leaving.join();
            assertThat(ring.used()).isEqualTo(4);
            assertThat(former.running()).isZero();
        }
    }

    @Test
    void shouldGoOnOverOtherReactorsAndVirtqueues() throws Exception {
        openWithAll();
        try (FrontEnd frontEnd = connect();
                GuestRing ring = new GuestRing(0, memory);
                TestReactors others = new TestReactors()) {
            start(frontEnd, ring, 0);
            ring.submit(1);
            ring.awaitUsed(1);
            exported.change(services -> services.withReactors(others));
            assertThat(reactors.reactor().pollers()).isEmpty();
            assertThat(reactors.reactor().watched()).isEmpty();
            assertThat(others.reactor().pollers()).hasSize(1);
            exported.change(services -> services.withVirtqueues(new TestVirtqueues()));
            ring.submit(1);
            ring.awaitUsed(2);
            exported.change(services -> services.withReactors(reactors));
            ring.submit(1);
            ring.awaitUsed(3);
        }
    }

    @Test
    void shouldBringANewDeviceToTheStateOfTheOld() throws IOException {
        openWithAll();
        try (FrontEnd frontEnd = connect()) {
            assertThat(frontEnd.acknowledged(MessageType.SET_CONFIG, words(32, 4, 0, 5)))
                    .isZero();
            device = new TestDevice(2);
            exported.reload();
            assertThat(device.writes()).containsExactly("32=5000");
        }
    }

    @Test
    void shouldTellTheFrontEndOfAChangedDevice() throws IOException {
        openWithAll();
        UnixConnection[] channel = UnixConnection.pair();
        try (FrontEnd frontEnd = connect();
                FrontEnd news = new FrontEnd(channel[0]);
                GuestRing ring = new GuestRing(0, memory)) {
            frontEnd.ask(MessageType.GET_CONFIG, words(0, 4, 0, 0));
            frontEnd.tell(MessageType.SET_BACKEND_REQ_FD, longs(), Descriptor.adopt(channel[1].number()));
            start(frontEnd, ring, 0);
            device = new TestDevice(2);
            device.config(0, 42);
            exported.reload();
            assertThat(news.receive().request()).isEqualTo(2);
            assertThat(frontEnd.ask(MessageType.GET_CONFIG, words(0, 4, 0, 0))
                            .payload()
                            .get(12))
                    .isEqualTo((byte) 42);
        } finally {
            channel[1].close();
        }
    }

    @Test
    void shouldRemoveTheSocketWhenTheFrontEndGoesWhileTheBdevIsAway() throws IOException {
        openWithAll();
        FrontEnd frontEnd = connect();
        frontEnd.synchronise();
        exported.change(services -> services.withBdev(null));
        assertThat(socket()).exists();
        frontEnd.close();
        eventually("socket gone", () -> Files.notExists(socket()));
        exported.change(services -> services.withBdev(bdev));
        try (FrontEnd next = connect()) {
            next.synchronise();
        }
    }

    @Test
    void shouldKeepTheFrontEndWhenTheSocketMoves() throws IOException {
        openWithAll();
        try (FrontEnd frontEnd = connect();
                GuestRing ring = new GuestRing(0, memory)) {
            start(frontEnd, ring, 0);
            exported.configure(settings("elsewhere", "0600", ""));
            ring.submit(1);
            ring.awaitUsed(1);
            try (FrontEnd next = new FrontEnd(UnixConnection.connect(directory.resolve("elsewhere/vhostblk0")))) {
                frontEnd.close();
                next.synchronise();
                assertThat(exported.status().sessions().get(0).id()).isEqualTo(1);
            }
        }
    }

    @Test
    void shouldLetAServiceGoAlthoughItsRequestsNeverEnd() throws IOException {
        openWithAll();
        try (FrontEnd frontEnd = connect();
                GuestRing ring = new GuestRing(0, memory);
                GuestRing other = new GuestRing(1, memory)) {
            start(frontEnd, ring, 0);
            other.start(frontEnd, 0);
            frontEnd.tell(MessageType.SET_VRING_ERR, ring.withDescriptor(), ring.error());
            frontEnd.synchronise();
            device.hold(true);
            ring.submit(1);
            eventually("in flight", () -> inFlight() == 1);

            TestDevice former = device;
            exported.change(services -> services.withBdev(null));
            assertThat(reactors.reactor().pollers()).isEmpty();
            assertThat(exported.status().sessions().get(0).queues().get(0).fault())
                    .contains("never completed");
            assertThat(former.running()).isEqualTo(1);

            device = new TestDevice(2);
            exported.change(services -> services.withBdev(bdev));
            other.submit(1);
            other.awaitUsed(1);
            frontEnd.close();
            eventually("end of the session", () -> exported.status().sessions().isEmpty());
            // somebody may still write there
            assertThat(OpenFiles.mappings(memoryName)).isEqualTo(2);
        }
    }

    @Test
    void shouldEndAlthoughTheSessionWaitsForARequestThatNeverEnds() throws IOException {
        openWithAll();
        try (FrontEnd frontEnd = connect();
                GuestRing ring = new GuestRing(0, memory)) {
            start(frontEnd, ring, 0);
            device.hold(true);
            ring.submit(1);
            eventually("in flight", () -> inFlight() == 1);
            frontEnd.send(MessageType.GET_VRING_BASE.id(), FrontEnd.PLAIN, ring.state(0), List.of());
            eventually("complaint", () -> log.lines().stream().anyMatch(line -> line.contains("still waiting")));
            exported.close();
            assertThat(exported.status().sessions()).isEmpty();
            assertThat(socket()).doesNotExist();
        }
    }
}
