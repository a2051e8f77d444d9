// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.frontend.BlockQueue;
import io.hotbay.frontend.BlockRequestType;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SectorPattern;
import io.hotbay.frontend.SessionOptions;
import io.hotbay.target.QueueStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The file system of a disk stalls: nobody waits for it but those who use that disk, and they go on afterwards. */
class StallTest {
    private static final int LENGTH = 4096;
    private static final int SECTORS = LENGTH / 512;
    private static final int SIZE = 4 << 20;
    private static final int STALLED = 12;

    @TempDir
    Path directory;

    private FreezableFileSystem stalling;
    private TestTarget target;
    private FrontendSession stalled;
    private FrontendSession lively;

    private void connect(boolean direct) throws IOException {
        stalling = FreezableFileSystem.mount(directory);
        Path file = stalling.file("disk", SIZE);
        target.configureBdev("uring", "Stalled", Map.of("filename", file.toString(), "direct", direct));
        target.configureBdev(
                "uring",
                "Lively",
                Map.of(
                        "filename",
                        directory.resolve("lively").toString(),
                        "direct",
                        direct,
                        "create",
                        true,
                        "size",
                        "4MiB"));
        stalled = open("stalled", "Stalled");
        lively = open("lively", "Lively");
        assertThat(Stream.of("stalled", "lively").flatMap(this::cores).distinct())
                .as("cores of the reactors that serve both disks")
                .hasSize(1);
    }

    private FrontendSession open(String controller, String bdev) throws IOException {
        target.configureController(controller, bdev);
        target.awaitListening(controller);
        return FrontendProfile.QEMU_7_2.open(target.socket(controller), SessionOptions.DEFAULT.withQueues(2));
    }

    private Stream<Integer> cores(String controller) {
        return target.controller(controller).status().sessions().get(0).queues().stream()
                .map(QueueStatus::core);
    }

    @BeforeEach
    void begin() throws IOException {
        target = new TestTarget();
    }

    @AfterEach
    void end() throws IOException {
        try (FreezableFileSystem last = stalling;
                TestTarget before = target;
                FrontendSession first = stalled;
                FrontendSession second = lively) {
            if (stalling != null) {
                stalling.melt();
            }
        }
    }

    private List<Integer> submitWrites() throws IOException {
        BlockQueue queue = stalled.queues().get(0).blocks();
        List<Integer> tags = new ArrayList<>();
        for (int i = 0; i < STALLED; i++) {
            long place = stalled.memory().allocate(LENGTH, 512);
            long sector = (long) i * SECTORS;
            SectorPattern.fill(stalled.memory().window(place, LENGTH), 0, sector, LENGTH, 5);
            tags.add(queue.submit(BlockRequestType.OUT, sector, place, LENGTH));
        }
        queue.flush();
        assertThat(queue.staysIdle(100)).isTrue();
        return tags;
    }

    private void assertWritten(List<Integer> tags) throws IOException {
        BlockQueue queue = stalled.queues().get(0).blocks();
        List<Integer> done = new ArrayList<>();
        for (int i = 0; i < STALLED; i++) {
            int tag = queue.await();
            assertThat(queue.status(tag)).isEqualTo(BlockRequestType.OK);
            done.add(tag);
        }
        assertThat(done).containsExactlyInAnyOrderElementsOf(tags);
        assertThat(stalled.driver(1).read(SECTORS, LENGTH).data()).isEqualTo(SectorPattern.of(SECTORS, LENGTH, 5));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldServeOtherDisksAndCommandsWhileADiskStalls(boolean direct) throws Exception {
        connect(direct);
        try (Shell shell = new Shell();
                Load load = new Load(lively)) {
            load.awaitProgress();
            stalling.freeze();
            List<Integer> tags = submitWrites();
            load.awaitProgress();
            assertThat(shell.run("bdev:show Stalled")).contains("Stalled", "URING bdev");
            assertThat(shell.run("bdev:iostat")).contains("Stalled", "Lively");
            assertThat(shell.run("vhost:show stalled")).contains("Stalled");
            assertThat(shell.run("reactor:list")).isNotBlank();
            Framework.bundle("bdev-malloc").update();
            load.awaitProgress();

            stalling.thaw();

            assertWritten(tags);
            load.awaitProgress();
        }
    }

    /** What the kernel may still move into guest memory cannot be answered: the ring breaks, all others go on. */
    @Test
    void shouldDeleteADiskThatStallsAndBreakTheRingThatWaitsForIt() throws Exception {
        connect(false);
        try (Shell shell = new Shell();
                Load load = new Load(lively)) {
            stalling.freeze();
            submitWrites();
            assertThat(shell.run("bdev:delete --force Stalled"))
                    .containsPattern("stalled: .* is to stop and has " + STALLED
                            + " requests under way in bdev Stalled .*: for \\d+ ms, given up in \\d+ ms");
            load.awaitProgress();
            target.awaitWaiting("stalled", "bdev Stalled has been deleted");
            assertThat(stalled.driver(1).read(0, LENGTH).status()).isEqualTo(BlockRequestType.IOERR);
            assertThat(shell.run("vhost:show stalled"))
                    .contains(STALLED + " requests never completed, its memory stays mapped");

            stalling.thaw();

            load.awaitProgress();
            assertThat(stalled.queues().get(0).blocks().staysIdle(100)).isTrue();
        }
    }

    /** A bundle that stops does not wait for ever either. */
    @Test
    void shouldGoOnWhenTheBundleIsUpdatedWhileItsDiskStalls() throws Exception {
        connect(false);
        stalling.freeze();
        List<Integer> tags = submitWrites();
        Thread update = new Thread(() -> {
            Framework.stop("bdev-uring");
            Framework.start("bdev-uring");
        });
        update.start();
        assertThat(stalled.queues().get(0).blocks().staysIdle(500)).isTrue();

        stalling.thaw();

        update.join(60_000);
        assertThat(update.isAlive()).isFalse();
        assertWritten(tags);
        byte[] content = SectorPattern.of(0, LENGTH, 8);
        assertThat(lively.driver(0).write(0, content).isOk()).isTrue();
        assertThat(lively.driver(1).read(0, LENGTH).data()).isEqualTo(content);
    }
}
