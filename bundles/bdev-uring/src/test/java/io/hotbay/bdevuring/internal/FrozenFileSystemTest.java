// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevuring.internal;

import static io.hotbay.bdevuring.internal.UringDisk.high;
import static io.hotbay.bdevuring.internal.UringDisk.low;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdevuring.internal.LoopFileSystem.Frozen;
import io.hotbay.bdevuring.internal.UringDisk.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device that stalls, as a file system does that is frozen: whoever writes there waits until it is thawed. */
class FrozenFileSystemTest {
    private static final int SIZE = 8 << 20;
    private static final int BLOCK = 4096;
    /** Requests of each kind: more together than the kernel has workers for a thread by itself. */
    private static final int EACH = 15;

    private static final int CHANGES = 3 * EACH;

    private static final int OTHERS = 24;
    private static final int OTHER_SIZE = 1 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @TempDir
    Path directory;

    private LoopFileSystem small;
    private Path stalling;

    @BeforeEach
    void mount() throws IOException {
        small = LoopFileSystem.mount(directory, 64);
        stalling = small.root().resolve("stalling");
        Files.write(stalling, new byte[SIZE]);
    }

    @AfterEach
    void unmount() throws IOException {
        if (small != null) {
            small.close();
        }
    }

    @Test
    void shouldLetAnotherDiskOfTheThreadGoOn() throws IOException {
        Path other = LoopFileSystem.sized(directory.resolve("other"), SIZE);
        try (UringDisk stalled = new UringDisk(Settings.of(stalling).direct(true));
                UringDisk lively = new UringDisk(Settings.of(other).direct(true))) {
            stalled.fill(1);
            lively.fill(2);
            try (Frozen frozen = small.freeze()) {
                stall(stalled);
                useInEveryWay(lively);
                stalled.channel.poll();
                assertThat(stalled.requests.inFlight()).isEqualTo(CHANGES);
            }
            checkChanges(stalled);
        }
    }

    /** io_uring alone would not do: some of so many share a bucket of the kernel's with the frozen one, and would wait with it. */
    @Test
    void shouldLetOtherBufferedDisksOfTheThreadGoOn() throws IOException {
        List<UringDisk> others = new ArrayList<>();
        try (UringDisk stalled = new UringDisk(Settings.of(stalling))) {
            stalled.fill(1);
            for (int i = 0; i < OTHERS; i++) {
                Path other = LoopFileSystem.sized(directory.resolve("other" + i), OTHER_SIZE);
                others.add(new UringDisk(Settings.of(other)));
                others.get(i).fill(2);
            }
            try (Frozen frozen = small.freeze()) {
                stall(stalled);
                for (UringDisk other : others) {
                    other.enqueue(0, BlockType.WRITE, 0, 0, BLOCK, low(0), BLOCK);
                    other.submit();
                    assertThat(other.awaitAll(PATIENCE)).isTrue();
                    other.requests.clearCompleted();
                    useInEveryWay(other);
                }
                stalled.channel.poll();
                assertThat(stalled.requests.inFlight()).isEqualTo(CHANGES);
            }
            checkChanges(stalled);
        } finally {
            for (UringDisk other : others) {
                other.close();
            }
        }
    }

    /** What has not been begun is forgotten, and the file is free again after the thaw. */
    @Test
    void shouldCloseADiskWhoseWritesWait() throws IOException {
        UringDisk disk = new UringDisk(Settings.of(stalling));
        disk.fill(1);
        for (int i = 0; i < 2; i++) {
            disk.enqueue(i, BlockType.WRITE, 0, (long) i * BLOCK, BLOCK, low(i * BLOCK), BLOCK);
        }
        try (Frozen frozen = small.freeze()) {
            disk.submit();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
            disk.close();
            assertThat(disk.requests.inFlight()).isEqualTo(2);
        }
        try (UringDisk again = new UringDisk(Settings.of(stalling))) {
            assertThat(again.run(BlockType.READ, 0, 2 * BLOCK, high(0), 2 * BLOCK))
                    .isEqualTo(BlockStatus.OK);
            assertThat(again.guest(high(0), BLOCK)).isEqualTo(disk.guest(low(0), BLOCK));
            assertThat(again.guest(high(BLOCK), BLOCK)).containsOnly(0);
        }
        awaitNoWriter();
    }

    private void awaitNoWriter() {
        for (int tries = 0; writers() > 0 && tries < 1000; tries++) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        assertThat(writers()).isZero();
    }

    private long writers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().endsWith("writer " + stalling))
                .count();
    }

    private static void stall(UringDisk disk) {
        enqueueChanges(disk);
        disk.submit();
        disk.channel.poll();
        assertThat(disk.requests.inFlight()).isEqualTo(CHANGES);
    }

    private void checkChanges(UringDisk disk) throws IOException {
        disk.awaitAll();
        assertThat(disk.requests.completed()).isEqualTo(CHANGES);
        for (int i = 0; i < CHANGES; i++) {
            assertThat(disk.requests.status(disk.requests.completedSlot(i))).isEqualTo(BlockStatus.OK);
        }
        disk.requests.clearCompleted();
        byte[] content = Files.readAllBytes(stalling);
        for (int i = 0; i < EACH; i++) {
            int at = i * BLOCK;
            assertThat(Arrays.copyOfRange(content, at, at + BLOCK)).isEqualTo(disk.guest(low(at), BLOCK));
        }
    }

    private static void enqueueChanges(UringDisk disk) {
        for (int i = 0; i < EACH; i++) {
            disk.enqueue(i, BlockType.WRITE, 0, (long) i * BLOCK, BLOCK, low(i * BLOCK), BLOCK);
            disk.enqueue(EACH + i, BlockType.DISCARD, 0, (long) (EACH + i) * BLOCK, BLOCK);
            disk.enqueue(2 * EACH + i, BlockType.WRITE_ZEROES, 0, (long) (2 * EACH + i) * BLOCK, BLOCK);
        }
    }

    private static void useInEveryWay(UringDisk disk) throws IOException {
        for (int i = 0; i < 20; i++) {
            long at = (long) i * BLOCK;
            assertThat(disk.run(BlockType.WRITE, at, BLOCK, low(i * BLOCK), BLOCK))
                    .isEqualTo(BlockStatus.OK);
            assertThat(disk.run(BlockType.READ, at, BLOCK, high(0), BLOCK)).isEqualTo(BlockStatus.OK);
            assertThat(disk.guest(high(0), BLOCK)).isEqualTo(disk.guest(low(i * BLOCK), BLOCK));
        }
        assertThat(disk.run(BlockType.FLUSH, 0, 0)).isEqualTo(BlockStatus.OK);
        assertThat(disk.run(BlockType.DISCARD, 0, BLOCK)).isEqualTo(BlockStatus.OK);
        assertThat(disk.run(BlockType.WRITE_ZEROES, BLOCK, BLOCK)).isEqualTo(BlockStatus.OK);
    }

    /** The calls that open, resize and close a file wait as well, and nobody can end them. */
    @Test
    void shouldNotKeepWhoeverConfiguresADiskWaiting() throws IOException {
        Path missing = small.root().resolve("missing");
        Settings settings = Settings.of(stalling).size("8MiB");
        UringDisk disk = new UringDisk(settings);
        try (Frozen frozen = small.freeze()) {
            new UringDisk(Settings.of(stalling).readOnly()).close();
            assertThatThrownBy(() -> new UringDisk(Settings.of(missing).create("1MiB")))
                    .hasMessageStartingWith("bdev Uring0: " + missing)
                    .hasMessageContaining("has not answered for 5 s: is it frozen");

            disk.device.modified(settings.size("16MiB"), Map.of());
            assertThat(disk.device.refusedResize())
                    .hasValueSatisfying(why -> assertThat(why).contains("has not answered for 5 s"));
            assertThat(disk.device.blocks()).isEqualTo(SIZE / 512);
        }
        disk.close();
        assertThat(stalling).hasSize(SIZE);
        try (UringDisk again = new UringDisk(settings.size("16MiB").size(""))) {
            assertThat(again.device.blocks()).isEqualTo(SIZE / 512);
        }
        awaitAbsence(missing);
    }

    private static void awaitAbsence(Path file) {
        for (int tries = 0; Files.exists(file) && tries < 1000; tries++) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        assertThat(file).doesNotExist();
    }

    /** The last to close a file that has no name any more takes it off the file system. */
    @Test
    void shouldNotWaitForTheEndOfAFileThatWasDeleted() throws IOException {
        UringDisk disk = new UringDisk(Settings.of(stalling));
        Files.delete(stalling);
        assertThat(disk.run(BlockType.WRITE, 0, BLOCK, low(0), BLOCK)).isEqualTo(BlockStatus.OK);
        try (Frozen frozen = small.freeze()) {
            assertThat(disk.run(BlockType.READ, 0, BLOCK, low(0), BLOCK)).isEqualTo(BlockStatus.OK);
            disk.close();
        }
    }
}
