// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SessionOptions;
import io.hotbay.frontend.SurvivingLoad;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A service manager restarts the process and keeps its descriptors meanwhile. It is one of our own, in Python, because Java cannot
 * start a process with descriptors.
 */
class ServiceRestartTest {
    private static final int RESTARTS = 2;
    private static final int DEPTH = 16;
    private static final int BLOCK = 4096;
    private static final int BLOCKS = 256;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<FrontendSession> sessions = new ArrayList<>();
    private final List<SurvivingLoad> loads = new ArrayList<>();
    private final List<Future<Void>> running = new ArrayList<>();
    private Product product;
    private Path manager;

    @AfterEach
    void removeProduct() throws IOException {
        threads.shutdownNow();
        sessions.forEach(FrontendSession::close);
        if (product != null) {
            product.close();
        }
    }

    private void start() throws Exception {
        product = new Product();
        manager = Files.createDirectory(product.dir().resolve("m"));
        Path script = product.dir().resolve("service-manager.py");
        try (InputStream resource = getClass().getResourceAsStream("/service-manager.py")) {
            Files.copy(resource, script);
        }
        assumeTrue(product.run("sh", "-c", "command -v python3").status() == 0, "there is no Python");
        List<String> command = new ArrayList<>(List.of("python3", script.toString(), manager.toString()));
        command.add(Product.home().resolve("bin/hotbay").toString());
        command.addAll(product.options());
        product.startCommand(command);
    }

    private void open(String controller, SessionOptions options) throws IOException {
        FrontendSession session = FrontendProfile.QEMU_10.open(product.socket(controller), options);
        sessions.add(session);
        SurvivingLoad load = new SurvivingLoad(session, session.queues().get(0), 0, BLOCKS, BLOCK, DEPTH);
        loads.add(load);
        running.add(threads.submit(() -> {
            load.runUntilClosed();
            return null;
        }));
    }

    private long pid() throws IOException {
        return Long.parseLong(Files.readString(manager.resolve("pid")).strip());
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
        assertThat(running).as("loads that have ended\n" + product.log()).noneMatch(Future::isDone);
    }

    @Test
    void shouldKeepFrontEndsOverARestartAndLetThemGoAtAStop() throws Exception {
        start();
        product.execute(
                "bdev:create malloc Split size=8MiB block_size=4096",
                "bdev:create malloc Packed size=8MiB block_size=4096",
                "vhost:create-blk split Split num_queues=1",
                "vhost:create-blk packed Packed num_queues=1 packed_ring=true");
        open("split", SessionOptions.DEFAULT);
        open("packed", SessionOptions.DEFAULT.withPackedRings());
        Path restart = Files.createFile(manager.resolve("restart"));
        for (int i = 0; i < RESTARTS; i++) {
            awaitProgress();
            long before = pid();
            product.run("kill", Long.toString(before));
            Product.await("the next process", () -> pid() != before, product::log);
            awaitProgress();
            product.execute("target:wait 60");
            assertThat(product.execute("vhost:list")).contains("split", "packed");
        }
        Files.delete(restart);
        loads.forEach(SurvivingLoad::end);
        for (Future<Void> each : running) {
            each.get(60, TimeUnit.SECONDS);
        }
        for (SurvivingLoad load : loads) {
            load.verifyAll();
        }
        product.run("kill", Long.toString(pid()));
        assertThat(product.exitStatus()).as(product.log()).isZero();
        assertThat(product.socket("split")).doesNotExist();
        assertThat(product.socket("packed")).doesNotExist();
    }
}
