// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.frontend.BackendChannel;
import io.hotbay.frontend.BlockConfig;
import io.hotbay.frontend.BlockQueue;
import io.hotbay.frontend.BlockRequestType;
import io.hotbay.frontend.BlockResult;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SectorPattern;
import io.hotbay.frontend.SessionOptions;
import io.hotbay.target.ControllerStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.service.cm.Configuration;

/** The configuration of a bdev is deleted under a front-end: its requests fail, the connection stays, the next bdev serves it. */
class RemovalTest {
    private static final int LENGTH = 4096;
    private static final int SECTORS = LENGTH / 512;
    private static final String SIZE = "4MiB";
    private static final long CAPACITY = (4 << 20) / 512;

    private TestTarget target;
    private Configuration bdev;
    private FrontendSession session;

    @BeforeEach
    void connect() throws IOException {
        target = new TestTarget();
        bdev = configureBdev();
        target.configureController("removed", "Removed");
        target.awaitListening("removed");
        session = FrontendProfile.QEMU_7_2.open(target.socket("removed"), SessionOptions.DEFAULT.withQueues(2));
    }

    private Configuration configureBdev() throws IOException {
        return target.configureBdev("malloc", "Removed", Map.of("size", SIZE));
    }

    @AfterEach
    void disconnect() throws IOException {
        session.close();
        target.close();
    }

    private ControllerStatus status() {
        return target.controller("removed").status();
    }

    private long capacity() throws IOException {
        return new BlockConfig(session.connection().getConfig(0, BlockConfig.SIZE_BEFORE_SECURE_ERASE, 0)).capacity();
    }

    private void assertRemoved() throws IOException {
        target.awaitWaiting(
                "removed", "bdev Removed has been deleted: requests get I/O errors until it is created again");
        assertThat(session.driver(0).read(0, LENGTH).status()).isEqualTo(BlockRequestType.IOERR);
        assertThat(session.driver(1).write(0, new byte[LENGTH]).status()).isEqualTo(BlockRequestType.IOERR);
        assertThat(session.driver(0).flush().status()).isEqualTo(BlockRequestType.IOERR);
        assertThat(session.driver(0).identify().isOk()).isTrue();
        assertThat(capacity()).isZero();
        assertThat(status().sessions()).singleElement().satisfies(each -> assertThat(each.id())
                .isZero());
    }

    private void assertWorking() throws IOException {
        target.awaitListening("removed");
        byte[] content = SectorPattern.of(0, LENGTH, 3);
        assertThat(session.driver(0).write(0, content).isOk()).isTrue();
        assertThat(session.driver(1).read(0, LENGTH).data()).isEqualTo(content);
        assertThat(capacity()).isEqualTo(CAPACITY);
        assertThat(status().sessions()).singleElement().satisfies(each -> assertThat(each.id())
                .isZero());
    }

    @Test
    void shouldFailRequestsUnderLoadAndServeThemAgainFromTheNextBdev() throws Exception {
        try (Load load = new Load(session)) {
            load.awaitProgress();
            bdev.delete();
            load.awaitFailures();
            target.awaitWaiting("removed", "has been deleted");
            configureBdev();
            target.awaitListening("removed");
            load.awaitProgress();
        }
        assertWorking();
    }

    @Test
    void shouldTellTheGuestThatTheCapacityIsGoneAndBackAgain() throws IOException {
        BackendChannel channel = session.channel();
        bdev.delete();
        assertThat(channel.receive().request()).isEqualTo(BackendChannel.CONFIG_CHANGE_MSG);
        assertRemoved();

        configureBdev();
        assertThat(channel.receive().request()).isEqualTo(BackendChannel.CONFIG_CHANGE_MSG);
        assertWorking();
        assertThat(session.driver(0).read(SECTORS, LENGTH).data())
                .as("the new disk is empty")
                .isEqualTo(new byte[LENGTH]);
    }

    @Test
    void shouldFailWhatWaitsWhenTheConfigurationOfAStoppedBundleIsDeleted() throws IOException {
        Framework.stop("bdev-malloc");
        BlockQueue queue = session.queues().get(0).blocks();
        long place = session.memory().allocate(LENGTH, 512);
        int tag = queue.submit(BlockRequestType.IN, 0, place, LENGTH);
        queue.flush();
        assertThat(queue.staysIdle(100)).isTrue();

        bdev.delete();

        assertThat(queue.await()).isEqualTo(tag);
        assertThat(queue.status(tag)).isEqualTo(BlockRequestType.IOERR);
        assertRemoved();
        configureBdev();
        assertRemoved();

        Framework.start("bdev-malloc");

        assertWorking();
    }

    @Test
    void shouldHaveNoSocketOverADeletedBdevWhenTheFrontEndHasGone() throws IOException {
        bdev.delete();
        assertRemoved();
        assertThat(target.socket("removed")).exists();

        session.close();

        Await.asserted(() -> assertThat(target.socket("removed")).doesNotExist());
        target.awaitWaiting("removed", "waits for bdev Removed");
        configureBdev();
        target.awaitListening("removed");
        session = FrontendProfile.QEMU_7_2.open(target.socket("removed"), SessionOptions.DEFAULT.withQueues(2));
        assertThat(session.driver(0).read(0, LENGTH).isOk()).isTrue();
    }

    @Test
    void shouldDeleteWhatIsInUseOnlyByForce() throws Exception {
        try (Shell shell = new Shell()) {
            long pid = ProcessHandle.current().pid();
            assertThatThrownBy(() -> shell.run("bdev:delete Removed"))
                    .hasMessageContaining(
                            "bdev Removed is used by controller removed: delete that first with vhost:delete"
                                    + " removed, or use --force: guests then get I/O errors until a bdev of that name is created");
            assertWorking();

            shell.run("bdev:delete --force Removed");
            assertRemoved();
            assertThat(shell.run("vhost:list"))
                    .containsPattern("removed +blk +Removed +waiting +2 +1 ")
                    .contains("removed: bdev Removed has been deleted: requests get I/O errors");
            String saved = target.file("saved.json").toString();
            assertThat(shell.run("target:save " + saved))
                    .contains("controller removed is left out, because its bdev Removed does not exist");
            shell.run("target:load " + saved);
            Files.delete(Path.of(saved));
            assertRemoved();

            shell.run("bdev:create malloc Removed size=" + SIZE);
            assertWorking();

            assertThat(shell.run("vhost:show removed"))
                    .containsPattern("peer +pid " + pid + " \\(.+\\), uid \\d+, gid \\d+");
            assertThatThrownBy(() -> shell.run("vhost:delete removed"))
                    .hasMessageMatching(
                            "(?s).*process " + pid + " \\(.+\\) is connected to controller removed: stop the VM or"
                                    + " unplug the disk first, or use --force, which takes the disk away from the guest.*");
            assertWorking();
            shell.run("vhost:delete --force removed");
            assertThat(target.socket("removed")).doesNotExist();
            assertThatThrownBy(this::capacity).isInstanceOf(IOException.class);
        }
    }

    /** Writes and reads back on each queue until it is closed; an I/O error is counted, everything else that is wrong ends it. */
    private static final class Load implements AutoCloseable {
        private static final int PLACES = 64;
        private static final int MORE = 20;

        private final AtomicBoolean ending = new AtomicBoolean();
        private final List<AtomicInteger> rounds = List.of(new AtomicInteger(), new AtomicInteger());
        private final List<AtomicInteger> failures = List.of(new AtomicInteger(), new AtomicInteger());
        private final ExecutorService threads = Executors.newFixedThreadPool(rounds.size());
        private final List<CompletableFuture<Void>> workers;

        Load(FrontendSession session) {
            workers = List.of(
                    CompletableFuture.runAsync(() -> run(session, 0), threads),
                    CompletableFuture.runAsync(() -> run(session, 1), threads));
        }

        private void run(FrontendSession session, int queue) {
            try {
                for (int number = 0; !ending.get(); number++) {
                    long sector = (queue * (long) PLACES + number % PLACES) * SECTORS;
                    byte[] content = SectorPattern.of(sector, LENGTH, number);
                    boolean whole = isDone(queue, session.driver(queue).write(sector, content));
                    BlockResult back = session.driver(queue).read(sector, LENGTH);
                    if (isDone(queue, back) && whole) {
                        assertThat(back.data()).isEqualTo(content);
                        rounds.get(queue).incrementAndGet();
                    }
                }
            } catch (IOException e) {
                throw new IllegalStateException("queue " + queue, e);
            }
        }

        private boolean isDone(int queue, BlockResult result) {
            if (result.status() == BlockRequestType.IOERR) {
                failures.get(queue).incrementAndGet();
                return false;
            }
            assertThat(result.isOk()).isTrue();
            return true;
        }

        void awaitProgress() {
            await(rounds);
        }

        void awaitFailures() {
            await(failures);
        }

        private void await(List<AtomicInteger> counters) {
            for (int queue = 0; queue < counters.size(); queue++) {
                AtomicInteger counter = counters.get(queue);
                CompletableFuture<Void> worker = workers.get(queue);
                int enough = counter.get() + MORE;
                Await.asserted(() ->
                        assertThat(worker.isDone() || counter.get() >= enough).isTrue());
                // throws what has ended it
                worker.getNow(null);
            }
        }

        @Override
        public void close() throws InterruptedException, ExecutionException {
            ending.set(true);
            threads.shutdown();
            for (CompletableFuture<Void> worker : workers) {
                worker.get();
            }
        }
    }
}
