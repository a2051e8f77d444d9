// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SessionOptions;
import io.hotbay.frontend.SurvivingLoad;
import io.hotbay.itest.product.Product.Result;
import io.hotbay.linux.FileStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The product as a service of a real systemd: with its unit, its sandbox, its descriptor store. */
class SystemdTest {
    private static final String SOCKETS = "/run/kata-containers/vhost-user/block/sockets";
    private static final String DEVICES = "/run/kata-containers/vhost-user/block/devices";
    private static final String HUGETLBFS = "/dev/hugepages";
    private static final int KATA_MAJOR = 241;
    private static final int DEPTH = 16;
    private static final int BLOCK = 4096;
    private static final int BLOCKS = 256;
    private static final int RECONNECT_MILLIS = 60_000;
    private static final String CONFIGURATION = """
            {"bdevs": [{"type": "malloc", "name": "Split", "size": "8MiB", "block_size": 4096},
                       {"type": "malloc", "name": "Packed", "size": "8MiB", "block_size": 4096},
                       {"type": "uring", "name": "File", "filename": "/data/disk", "size": "8MiB", "create": true}],
             "controllers": [{"type": "blk", "name": "split", "bdev": "Split", "num_queues": 1},
                             {"type": "blk", "name": "packed", "bdev": "Packed", "num_queues": 1, "packed_ring": true},
                             {"type": "blk", "name": "file", "bdev": "File", "num_queues": 1, "socket_mode": "0660",
                              "socket_group": "daemon"}]}
            """;

    private static final String WRONG = "{\"bdevs\": [{\"type\": \"malloc\", \"name\": \"M\", \"sise\": \"8MiB\"}]}";

    private static final String MORE = "{\"bdevs\": [{\"type\": \"null\", \"name\": \"More\", \"size\": \"8MiB\"}]}";

    private static Systemd systemd;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<FrontendSession> sessions = new ArrayList<>();
    private final List<SurvivingLoad> loads = new ArrayList<>();
    private final List<Future<Void>> running = new ArrayList<>();

    @BeforeAll
    static void startSystemd() throws Exception {
        systemd = Systemd.start();
        Files.createDirectory(systemd.path("/data"));
    }

    @AfterAll
    static void stopSystemd() throws IOException {
        if (systemd != null) {
            systemd.close();
        }
    }

    @AfterEach
    void forget() throws Exception {
        threads.shutdownNow();
        sessions.forEach(FrontendSession::close);
        systemd.execute("systemctl", "stop", Systemd.UNIT);
        systemd.run("systemctl", "reset-failed", Systemd.UNIT);
        systemd.execute("rm", "-rf", "/var/lib/hotbay");
    }

    private void start() throws Exception {
        systemd.configure(CONFIGURATION);
        systemd.execute("systemctl", "start", Systemd.UNIT);
    }

    private void openAll() throws IOException {
        open("split", SessionOptions.DEFAULT);
        open("packed", SessionOptions.DEFAULT.withPackedRings());
        open("file", SessionOptions.DEFAULT).inAnyOrder();
    }

    private SurvivingLoad open(String controller, SessionOptions options) throws IOException {
        FrontendSession session = FrontendProfile.QEMU_10.open(socket(controller), options);
        sessions.add(session);
        SurvivingLoad load = new SurvivingLoad(session, session.queues().get(0), 0, BLOCKS, BLOCK, DEPTH);
        loads.add(load);
        return load;
    }

    private static Path socket(String controller) {
        return systemd.path(SOCKETS + "/" + controller);
    }

    private void runLoads() {
        running.clear();
        for (SurvivingLoad load : loads) {
            load.prepare();
            running.add(threads.submit(() -> {
                load.runUntilClosed();
                return null;
            }));
        }
    }

    /** Each load goes on, and none has noticed anything. */
    private void awaitProgress() throws Exception {
        for (SurvivingLoad load : loads) {
            long completed = load.completed();
            Product.await(
                    "requests to go on",
                    () -> load.completed() > completed + DEPTH
                            || running.stream().anyMatch(Future::isDone),
                    systemd::log);
        }
        for (Future<Void> each : running) {
            if (each.isDone()) {
                each.get();
                throw new AssertionError("a connection was closed\n" + systemd.log());
            }
        }
    }

    private void endLoads() throws Exception {
        loads.forEach(SurvivingLoad::end);
        awaitLoads();
        for (SurvivingLoad load : loads) {
            load.verifyAll();
            assertThat(load.inFlight()).isZero();
            assertThat(load.acknowledgedWrites()).isPositive();
        }
    }

    private void awaitLoads() throws Exception {
        for (Future<Void> each : running) {
            each.get(60, TimeUnit.SECONDS);
        }
    }

    private static void assertActive() throws Exception {
        assertThat(systemd.property("ActiveState")).as(systemd.log()).isEqualTo("active");
        // systemd reads its notifications when it comes to it
        Product.await(
                "systemd to keep no descriptor",
                () -> systemd.property("NFileDescriptorStore").equals("0"),
                systemd::log);
    }

    private static void assertStopped() throws Exception {
        assertThat(systemd.property("ActiveState")).as(systemd.log()).isEqualTo("inactive");
        assertThat(systemd.property("Result")).isEqualTo("success");
        assertThat(systemd.property("ExecMainStatus")).isEqualTo("0");
        assertThat(systemd.property("NFileDescriptorStore")).isEqualTo("0");
        assertEmpty(SOCKETS);
        assertEmpty(DEVICES);
        assertEmpty(HUGETLBFS);
        assertEmpty("/dev/shm");
        assertThat(systemd.path("/run/hotbay")).doesNotExist();
    }

    private static void assertEmpty(String folder) throws IOException {
        try (Stream<Path> files = Files.list(systemd.path(folder))) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> !name.startsWith(".")))
                    .as(folder)
                    .isEmpty();
        }
    }

    @Test
    void shouldBeActiveWhenItsControllersListenAndLeaveNothing() throws Exception {
        assertThat(systemd.execute("systemd-analyze", "verify", Systemd.UNIT)).isEmpty();

        start();

        assertThat(socket("split")).exists();
        assertThat(Files.readAttributes(socket("file"), "unix:mode,gid"))
                .containsEntry("gid", 1)
                .satisfies(found -> assertThat((int) found.get("mode") & 0777).isEqualTo(0660));
        Path path = systemd.path(DEVICES + "/split");
        // a controller listens before all who watch for it have been told
        Product.await("the node", () -> Files.exists(path), systemd::log);
        FileStatus node = FileStatus.of(path);
        assertThat(node.isBlockDevice()).isTrue();
        assertThat(node.major()).isEqualTo(KATA_MAJOR);
        assertActive();
        assertThat(systemd.execute("systemctl", "status", Systemd.UNIT))
                .contains("Status: \"3 bdevs, 3 controllers listening\"");
        assertThat(systemd.hotbay("exec", "system:check")).contains("controllers  OK");
        openAll();
        runLoads();
        awaitProgress();
        endLoads();
        sessions.forEach(FrontendSession::close);

        systemd.execute("systemctl", "stop", Systemd.UNIT);

        assertStopped();
    }

    @Test
    void shouldKeepFrontEndsOverRestartsAndUpgrades() throws Exception {
        start();
        openAll();
        runLoads();
        awaitProgress();

        systemd.execute("systemctl", "restart", Systemd.UNIT);
        awaitProgress();
        assertActive();
        String before = systemd.property("MainPID");
        assertThat(systemd.hotbay("upgrade")).contains("3 sessions go on");
        awaitProgress();
        assertThat(systemd.property("MainPID")).isNotEqualTo(before);
        assertActive();
        systemd.execute("systemctl", "restart", Systemd.UNIT);
        awaitProgress();
        assertActive();

        endLoads();
        systemd.hotbay("upgrade");
        systemd.execute("systemctl", "stop", Systemd.UNIT);
        assertStopped();
    }

    /** A wrong configuration file ends nothing that works. */
    @Test
    void shouldKeepFrontEndsOverARestartWithAWrongConfiguration() throws Exception {
        start();
        openAll();
        runLoads();
        awaitProgress();
        systemd.configure(WRONG);

        systemd.execute("systemctl", "restart", Systemd.UNIT);

        awaitProgress();
        assertActive();
        assertThat(systemd.property("StatusText"))
                .contains("3 controllers listening; the configuration file is not in effect", "sise");
        assertThat(systemd.run("systemctl", "reload", Systemd.UNIT).status()).isNotZero();
        assertActive();
        systemd.configure(MORE);
        systemd.execute("systemctl", "reload", Systemd.UNIT);
        awaitProgress();
        assertThat(systemd.hotbay("exec", "bdev:list")).contains("Split", "More");
        endLoads();
    }

    @Test
    void shouldComeBackWhenItIsKilled() throws Exception {
        start();
        openAll();
        runLoads();
        awaitProgress();

        kill();
        reconnect();

        runLoads();
        awaitProgress();
        assertThat(systemd.property("NRestarts")).isEqualTo("1");
        systemd.configure(WRONG);
        kill();
        assertFails();
        systemd.configure(CONFIGURATION);
        systemd.execute("systemctl", "start", Systemd.UNIT);
        reconnect();
        runLoads();
        awaitProgress();
        endLoads();
    }

    private void kill() throws Exception {
        Path process = systemd.path("/proc/" + systemd.property("MainPID"));
        systemd.execute("systemctl", "kill", "--signal=KILL", "--kill-who=main", Systemd.UNIT);
        awaitLoads();
        // it goes on listening for a moment after its connections are closed
        Product.await("the end of the process", () -> Files.notExists(process), systemd::log);
        assertThat(loads.stream().mapToInt(SurvivingLoad::inFlight).sum()).isPositive();
    }

    private void reconnect() throws Exception {
        for (FrontendSession session : sessions) {
            session.reconnect(RECONNECT_MILLIS);
        }
    }

    /** Once, and not again and again. */
    private static void assertFails() throws Exception {
        Product.await("the unit to fail", () -> systemd.property("ActiveState").equals("failed"), systemd::log);
        assertThat(systemd.property("ExecMainStatus")).isEqualTo("3");
        assertThat(systemd.log()).contains("hotbay: /opt/hotbay/conf/hotbay.json: bdevs[0].sise");
    }

    @Test
    void shouldFailWithAWrongConfiguration() throws Exception {
        systemd.configure(WRONG);

        Result result = systemd.run("systemctl", "start", Systemd.UNIT);

        assertThat(result.status()).isNotZero();
        assertFails();
        assertThat(systemd.property("NRestarts")).isEqualTo("0");
        assertEmpty(SOCKETS);
    }
}
