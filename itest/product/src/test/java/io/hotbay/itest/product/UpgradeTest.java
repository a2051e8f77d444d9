// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.frontend.BlockRequestType;
import io.hotbay.frontend.FrontendConnection;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendQueue;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SessionOptions;
import io.hotbay.frontend.SurvivingLoad;
import io.hotbay.itest.product.Product.Result;
import io.hotbay.itest.product.Product.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The process of the product is replaced under load; no front-end loses its connection, and each request is answered once. */
class UpgradeTest {
    private static final int UPGRADES = 5;
    private static final int DEPTH = 32;
    private static final int QUEUES = 2;
    private static final int BLOCK = 4096;
    private static final int BLOCKS = 256;
    private static final int RECONNECT_MILLIS = 60_000;
    private static final long DISK_BYTES = 8 << 20;

    private final List<FrontendSession> sessions = new ArrayList<>();
    private final List<SurvivingLoad> loads = new ArrayList<>();
    private final List<Future<Void>> running = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Product product;

    @BeforeEach
    void startProduct() throws Exception {
        product = new Product().start();
        Path file = Files.write(product.dir().resolve("disk"), new byte[(int) DISK_BYTES]);
        for (String command : List.of(
                "bdev:create malloc Split size=8MiB block_size=4096",
                "bdev:create malloc Packed size=8MiB block_size=4096",
                "bdev:create uring File filename=" + file + " block_size=4096",
                "bdev:create null Other size=8MiB block_size=4096",
                "vhost:create-blk split Split num_queues=2",
                "vhost:create-blk packed Packed num_queues=2 packed_ring=true",
                "vhost:create-blk file File num_queues=1",
                "vhost:create-blk other Other num_queues=1")) {
            assertThat(product.exec(command).err()).isEmpty();
        }
    }

    @AfterEach
    void removeProduct() throws IOException {
        threads.shutdownNow();
        sessions.forEach(FrontendSession::close);
        product.close();
    }

    private void openDisks() throws IOException {
        open("split", SessionOptions.DEFAULT.withQueues(QUEUES), DEPTH);
        open("packed", SessionOptions.DEFAULT.withQueues(QUEUES).withPackedRings(), DEPTH);
        // the load expects answers in order, which a file gives only to one request at a time
        open("file", SessionOptions.DEFAULT, 1);
    }

    private void open(String controller, SessionOptions options, int depth) throws IOException {
        FrontendSession session = FrontendProfile.QEMU_10.open(product.socket(controller), options);
        sessions.add(session);
        for (FrontendQueue queue : session.queues()) {
            loads.add(new SurvivingLoad(session, queue, (long) BLOCKS * queue.index(), BLOCKS, BLOCK, depth));
        }
    }

    private void runLoads() {
        running.clear();
        for (SurvivingLoad load : loads) {
            load.prepare();
            running.add(submit(() -> {
                load.runUntilClosed();
                return null;
            }));
        }
    }

    private Future<Void> submit(Callable<Void> task) {
        return threads.submit(task);
    }

    private void assertConnected() throws Exception {
        for (Future<Void> each : running) {
            if (each.isDone()) {
                each.get();
                throw new AssertionError("a connection was closed\n" + product.log());
            }
        }
    }

    private void awaitProgress() throws Exception {
        for (SurvivingLoad load : loads) {
            long completed = load.completed();
            Product.await(
                    "requests to go on",
                    () -> load.completed() > completed + DEPTH
                            || running.stream().anyMatch(Future::isDone),
                    product::log);
        }
        assertConnected();
    }

    private void endLoads() throws Exception {
        loads.forEach(SurvivingLoad::end);
        for (Future<Void> each : running) {
            each.get(60, TimeUnit.SECONDS);
        }
        for (SurvivingLoad load : loads) {
            load.verifyAll();
            assertThat(load.inFlight()).isZero();
            assertThat(load.acknowledgedWrites()).isPositive();
        }
    }

    private void assertNewFrontEndIsServed(String controller) throws IOException {
        try (FrontendSession session = FrontendProfile.QEMU_10.open(product.socket(controller))) {
            assertThat(session.driver(0).read(0, BLOCK).status()).isEqualTo(BlockRequestType.OK);
        }
    }

    @Test
    void shouldKeepEverySessionThroughManyUpgrades() throws Exception {
        openDisks();
        runLoads();
        ProcessCensus held = null;
        for (int upgrade = 0; upgrade < UPGRADES; upgrade++) {
            long before = product.serving();
            awaitProgress();
            Result result = product.upgrade();
            assertThat(result.status()).as(result.err() + product.log()).isZero();
            assertThat(result.out()).contains("serves 4 disks, 3 sessions go on, longest pause ");
            Product.await("the end of the former process", () -> !Product.isAlive(before), product::log);
            Product.await("the lock", () -> product.serving() != before, product::log);
            assertConnected();
            awaitProgress();
            assertNewFrontEndIsServed("other");
            assertThat(product.exec("vhost:list").out()).contains("split", "packed", "other");
            if (upgrade == 0) {
                held = ProcessCensus.of(product.serving()).withoutThreads();
            }
        }
        Product.await(
                "all upgrades in the history",
                () -> product.exec("deploy:history")
                                .out()
                                .lines()
                                .filter(UpgradeTest::isUpgradeOfAllRings)
                                .count()
                        == UPGRADES,
                () -> product.exec("deploy:history").out());
        ProcessCensus first = held;
        Product.await(
                "no more descriptors and mappings than after the first upgrade",
                () -> census().isWithin(withoutCaches(first)),
                () -> "first " + withoutCaches(first) + "\nlast  " + census());
        assertConnected();
        endLoads();
        assertThat(product.exitStatus()).isZero();
    }

    /** Five rings paused, and something was measured. */
    private static boolean isUpgradeOfAllRings(String line) {
        return line.matches("\\S+ +process +\\S+ +\\S+ +\\d+ +" + (2 * QUEUES + 1) + " +[1-9]\\d* .*done");
    }

    private ProcessCensus census() throws IOException {
        return withoutCaches(ProcessCensus.of(product.serving()).withoutThreads());
    }

    /** The framework's cache is named after the process. */
    private static ProcessCensus withoutCaches(ProcessCensus census) {
        return census.without("/framework-");
    }

    @Test
    void shouldTakeSessionsOverInWhateverStateTheyAre() throws Exception {
        FrontendSession stopped = FrontendProfile.QEMU_10.open(product.socket("split"));
        sessions.add(stopped);
        assertThat(stopped.driver(0).write(0, new byte[BLOCK]).status()).isEqualTo(BlockRequestType.OK);
        stopped.stop();
        FrontendSession unstarted = FrontendProfile.QEMU_10.connect(product.socket("packed"), SessionOptions.DEFAULT);
        sessions.add(unstarted);
        FrontendSession first = FrontendProfile.QEMU_10.open(product.socket("other"));
        sessions.add(first);
        try (FrontendConnection waiting = FrontendConnection.connect(product.socket("other"))) {
            Result result = product.upgrade();
            assertThat(result.status()).as(result.err() + product.log()).isZero();
            assertThat(result.out()).contains("3 sessions go on");
            stopped.restart();
            assertThat(stopped.driver(0).read(0, BLOCK).status()).isEqualTo(BlockRequestType.OK);
            unstarted.start();
            assertThat(unstarted.driver(0).read(0, BLOCK).status()).isEqualTo(BlockRequestType.OK);
            assertThat(first.driver(0).read(0, BLOCK).status()).isEqualTo(BlockRequestType.OK);
            first.close();
            assertThat(waiting.getFeatures()).isNotZero();
        }
    }

    @Test
    void shouldServeOnWhenTheSuccessorDoesNotBoot() throws Exception {
        openDisks();
        runLoads();
        assertRefused(
                product.upgrade("--home", product.dir().resolve("nowhere").toString()), "there is no installation in");
        assertRefused(product.upgrade("--home", home("ends", "exit 3")), "it ended with status 3");
        assertRefused(
                product.upgrade("--home", home("hangs", "exec sleep 1000"), "--wait", "1"),
                "it has not answered within 1 s");
        assertRefused(product.upgrade("--home", installationWithout("io.hotbay.virtqueue")), "VirtqueueFactory");
        assertRefused(product.upgrade("--home", installationWithout("org.osgi.util.promise")), "org.apache.felix.scr");
        assertThat(product.serving()).isEqualTo(product.process().pid());
        awaitProgress();
        assertNewFrontEndIsServed("other");
        assertConnected();
        assertThat(product.upgrade().status()).as(product.log()).isZero();
        awaitProgress();
        assertConnected();
        endLoads();
    }

    private void assertRefused(Result result, String reason) throws Exception {
        assertThat(result.status()).as(result.out()).isEqualTo(1);
        assertThat(result.err()).contains("no upgrade, this process serves on").contains(reason);
        awaitProgress();
        assertConnected();
    }

    /** An installation whose program is a script. */
    private String home(String name, String script) throws IOException {
        Path bin = Files.createDirectories(product.dir().resolve(name).resolve("bin"));
        Path program = Files.writeString(bin.resolve("hotbay"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return bin.getParent().toString();
    }

    private String installationWithout(String bundle) throws IOException {
        Path home = Files.createDirectories(product.dir().resolve("without-" + bundle));
        Files.createDirectories(home.resolve("bundle"));
        for (String each : List.of("bin", "lib")) {
            Files.createSymbolicLink(home.resolve(each), Product.home().resolve(each));
        }
        try (Stream<Path> bundles = Files.list(Product.home().resolve("bundle"))) {
            for (Path each : bundles.toList()) {
                String name = each.getFileName().toString();
                if (!name.startsWith(bundle)) {
                    Files.createSymbolicLink(home.resolve("bundle").resolve(name), each);
                }
            }
        }
        return home.toString();
    }

    @Test
    void shouldServeAgainWhenTheSuccessorDoesNotServeEveryDisk() throws Exception {
        openDisks();
        runLoads();
        awaitProgress();
        Result result = product.upgrade("--home", installationWithout("io.hotbay.bdev-malloc"));
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("it serves 2 of 4 disks").contains("this process serves again");
        reconnectWhereNeeded();
        endLoads();
        assertThat(product.serving()).isEqualTo(product.process().pid());
        assertNewFrontEndIsServed("other");
    }

    @Test
    void shouldRefuseASecondUpgradeMeanwhile() throws Exception {
        Running first = product.beginUpgrade("--home", home("hangs", "exec sleep 1000"), "--wait", "20");
        first.awaitOutput("started process");
        Result second = product.upgrade();
        assertThat(second.status()).isEqualTo(1);
        assertThat(second.err()).contains("an upgrade is under way already");
        assertThat(first.result().status()).isEqualTo(1);
        assertNewFrontEndIsServed("other");
    }

    /** At whatever step it dies: what it has begun is either taken back, or as if the process had been killed. */
    @Test
    void shouldRecoverWhenTheSuccessorIsKilledWhileItTakesOver() throws Exception {
        openDisks();
        for (int delay = 0; delay <= 400; delay += 200) {
            runLoads();
            awaitProgress();
            Running upgrade = product.beginUpgrade();
            upgrade.awaitOutput("handing over");
            TimeUnit.MILLISECONDS.sleep(delay);
            long successor = successor(upgrade);
            Product.kill(successor);
            Result result = upgrade.result();
            if (result.status() != 0) {
                assertThat(result.err()).containsAnyOf("this process serves on", "this process serves again");
            } else {
                // it had taken over before: what was killed is the product
                product.startWithoutWaiting();
            }
            reconnectWhereNeeded();
            endLoads();
        }
    }

    private static long successor(Running upgrade) throws IOException {
        String out = Files.readString(upgrade.out());
        return Long.parseLong(out.substring("started process ".length()).split("\\D", 2)[0]);
    }

    private void reconnectWhereNeeded() throws Exception {
        int first = 0;
        for (FrontendSession session : sessions) {
            int end = first + session.queues().size();
            List<Future<Void>> its = running.subList(first, end);
            List<SurvivingLoad> loads = this.loads.subList(first, end);
            first = end;
            if (hasLostItsConnection(its, loads)) {
                for (Future<Void> each : its) {
                    each.get(60, TimeUnit.SECONDS);
                }
                session.reconnect(RECONNECT_MILLIS);
            }
        }
    }

    /** Waits until that is clear: a connection that is lost ends the load, and one that is not carries more than was under way. */
    private boolean hasLostItsConnection(List<Future<Void>> its, List<SurvivingLoad> loads) throws Exception {
        long[] enough =
                loads.stream().mapToLong(load -> load.completed() + 2 * DEPTH).toArray();
        Product.await(
                "requests to go on, or the connection to be lost",
                () -> its.stream().anyMatch(Future::isDone)
                        || IntStream.range(0, enough.length)
                                .allMatch(i -> loads.get(i).completed() > enough[i]),
                product::log);
        return its.stream().anyMatch(Future::isDone);
    }

    @Test
    void shouldRecoverWhenTheOldProcessIsKilledWhileItHandsOver() throws Exception {
        openDisks();
        runLoads();
        awaitProgress();
        Running upgrade = product.beginUpgrade();
        upgrade.awaitOutput("started process");
        long successor = successor(upgrade);
        product.kill();
        assertThat(upgrade.result().status()).isEqualTo(1);
        reconnectWhereNeeded();
        Product.await("the successor to serve", () -> product.serving() == successor, product::log);
        endLoads();
        // front-ends are served before the shell is there
        Product.await("its shell", () -> product.exec("target:wait 60").status() == 0);
        assertThat(product.exec("vhost:list").out()).contains("split", "packed", "other");
    }
}
