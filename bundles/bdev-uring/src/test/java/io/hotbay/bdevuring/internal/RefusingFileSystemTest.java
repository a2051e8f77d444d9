// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevuring.internal;

import static io.hotbay.bdevuring.internal.UringDisk.high;
import static io.hotbay.bdevuring.internal.UringDisk.low;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdevuring.internal.LoopFileSystem.Guard;
import io.hotbay.bdevuring.internal.UringDisk.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** File systems and devices that refuse something: what is full, read-only, in use, or cannot do it. */
class RefusingFileSystemTest {
    private static final int CHUNK = 1 << 20;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldFailWhileTheFileSystemIsFullAndGoOnWhenThereIsRoom(boolean direct) throws IOException {
        try (LoopFileSystem small = LoopFileSystem.mount(directory, 16)) {
            Path ballast = small.root().resolve("ballast");
            Files.write(ballast, new byte[8 * CHUNK]);
            Path file = LoopFileSystem.sized(small.root().resolve("sparse"), 64 << 20);
            try (UringDisk disk = new UringDisk(Settings.of(file).direct(direct))) {
                disk.fill(1);
                int written = 0;
                while (write(disk, written) == BlockStatus.OK) {
                    written++;
                    assertThat(written).isLessThan(16);
                }
                assertThat(write(disk, written)).isEqualTo(BlockStatus.NO_SPACE);
                assertThat(write(disk, written + 1)).isEqualTo(BlockStatus.NO_SPACE);
                assertThat(errors(disk))
                        .singleElement()
                        .asString()
                        .contains("Uring0", "write", "file system of " + file + " is full");
                assertThat(disk.run(BlockType.READ, 0, CHUNK, high(0), CHUNK)).isEqualTo(BlockStatus.OK);
                assertThat(disk.guest(high(0), CHUNK)).isEqualTo(disk.guest(low(0), CHUNK));

                Files.delete(ballast);
                awaitRoom(disk, written);
                assertThat(disk.run(BlockType.FLUSH, 0, 0)).isEqualTo(BlockStatus.OK);
            }
        }
    }

    private static int write(UringDisk disk, int chunk) throws IOException {
        return disk.run(BlockType.WRITE, (long) chunk * CHUNK, CHUNK, low(0), CHUNK);
    }

    /** Blocks of a deleted file become free when the journal has been written. */
    private static void awaitRoom(UringDisk disk, int chunk) throws IOException {
        int status = write(disk, chunk);
        for (int tries = 0; status != BlockStatus.OK && tries < 1000; tries++) {
            pause();
            status = write(disk, chunk);
        }
        assertThat(status).isEqualTo(BlockStatus.OK);
    }

    /** What is logged on another thread. */
    private static List<String> errors(UringDisk disk) {
        for (int tries = 0; disk.errors.isEmpty() && tries < 1000; tries++) {
            pause();
        }
        return List.copyOf(disk.errors);
    }

    private static void pause() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }

    @Test
    void shouldSayThatAFileSystemIsReadOnly() throws IOException {
        try (LoopFileSystem small = LoopFileSystem.mount(directory, 16)) {
            Path file = LoopFileSystem.sized(small.root().resolve("disk"), CHUNK);
            small.remountReadOnly();

            refuse(Settings.of(file), file.toString(), "mounted read-only: give readonly=true");
            refuse(
                    Settings.of(small.root().resolve("missing")).create("1MiB"),
                    "missing",
                    "mounted read-only: give readonly=true");
            try (UringDisk disk = new UringDisk(Settings.of(file).readOnly())) {
                assertThat(disk.run(BlockType.READ, 0, 4096, low(0), 4096)).isEqualTo(BlockStatus.OK);
                assertThat(disk.run(BlockType.WRITE, 0, 4096, low(0), 4096)).isEqualTo(BlockStatus.READ_ONLY);
            }
        }
    }

    @Test
    void shouldRefuseADeviceThatIsMounted() throws IOException {
        try (LoopFileSystem small = LoopFileSystem.mount(directory, 16)) {
            refuse(Settings.of(small.device()), "is in use, mounted for example");
        }
    }

    @Test
    void shouldRefuseSmallerBlocksThanADeviceHas() throws IOException {
        try (LoopDevice device = LoopDevice.attach(LoopFileSystem.sized(directory.resolve("image"), 8 << 20), 4096)) {
            refuse(Settings.of(device.path()).blockSize(512), "block_size is 512", "needs 4096 at least");
            try (UringDisk disk = new UringDisk(Settings.of(device.path()))) {
                assertThat(disk.device.blockSize()).isEqualTo(4096);
                assertThat(disk.device.physicalBlockSize()).isEqualTo(4096);
                assertThat(disk.device.blocks()).isEqualTo(2048);
                refuse(Settings.of(device.path()), "is in use");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldUseABlockDeviceInEveryWay(boolean direct) throws IOException {
        Path image = LoopFileSystem.sized(directory.resolve("image"), 8 << 20);
        try (LoopDevice device = LoopDevice.attach(image, 512);
                UringDisk disk = new UringDisk(Settings.of(device.path()).direct(direct))) {
            disk.fill(1);
            assertThat(disk.run(BlockType.WRITE, 512, CHUNK, low(0), CHUNK)).isEqualTo(BlockStatus.OK);
            assertThat(disk.run(BlockType.FLUSH, 0, 0)).isEqualTo(BlockStatus.OK);
            assertThat(disk.run(BlockType.READ, 512, CHUNK, high(0), CHUNK)).isEqualTo(BlockStatus.OK);
            assertThat(disk.guest(high(0), CHUNK)).isEqualTo(disk.guest(low(0), CHUNK));

            assertThat(disk.run(BlockType.DISCARD, 0, 8 << 20)).isEqualTo(BlockStatus.OK);
            assertThat(disk.run(BlockType.WRITE, 0, CHUNK, low(0), CHUNK)).isEqualTo(BlockStatus.OK);
            assertThat(disk.run(BlockType.WRITE_ZEROES, 0, 4096)).isEqualTo(BlockStatus.OK);
            assertThat(disk.run(BlockType.READ, 0, 8192, high(0), 8192)).isEqualTo(BlockStatus.OK);
            assertThat(disk.guest(high(0), 4096)).containsOnly(0);
            assertThat(disk.guest(high(4096), 4096)).isEqualTo(disk.guest(low(4096), 4096));
        }
    }

    /** ext4 without extents can make holes, but not make a range zero. */
    @Test
    void shouldWriteZerosWhereTheFileSystemCannotMakeThem() throws IOException {
        try (LoopFileSystem old = LoopFileSystem.mount(directory, 16, "^extent,^64bit")) {
            Path file = old.root().resolve("disk");
            Files.write(file, new byte[4 * CHUNK]);
            try (UringDisk disk = new UringDisk(Settings.of(file))) {
                disk.fill(1);
                assertThat(write(disk, 0)).isEqualTo(BlockStatus.OK);
                assertThat(disk.run(BlockType.WRITE_ZEROES, 4096, 200_704)).isEqualTo(BlockStatus.OK);
                assertThat(disk.run(BlockType.READ, 0, CHUNK, high(0), CHUNK)).isEqualTo(BlockStatus.OK);
                assertThat(disk.guest(high(0), 4096)).isEqualTo(disk.guest(low(0), 4096));
                assertThat(disk.guest(high(4096), 200_704)).containsOnly(0);
                assertThat(disk.guest(high(204_800), 4096)).isEqualTo(disk.guest(low(204_800), 4096));
            }
        }
    }

    /** On ramfs nothing can be given back. */
    @Test
    void shouldSayThatAFileSystemMakesNoHoles() throws IOException {
        Guard mount = new Guard(
                "mount -t ramfs -o mode=700 none \"$1\" && echo ready && cat >/dev/null && umount \"$1\"",
                directory.toString());
        assumeTrue(mount.isReady(), () -> "skipped: ramfs cannot be mounted: " + mount.printed());
        try {
            Path file = directory.resolve("disk");
            Files.write(file, new byte[CHUNK]);
            try (UringDisk disk = new UringDisk(Settings.of(file))) {
                disk.fill(1);
                assertThat(write(disk, 0)).isEqualTo(BlockStatus.OK);
                assertThat(disk.run(BlockType.DISCARD, 0, 4096)).isEqualTo(BlockStatus.UNSUPPORTED);
                assertThat(disk.run(BlockType.WRITE_ZEROES, 0, 4096)).isEqualTo(BlockStatus.OK);
                assertThat(disk.run(BlockType.READ, 0, 8192, high(0), 8192)).isEqualTo(BlockStatus.OK);
                assertThat(disk.guest(high(0), 4096)).containsOnly(0);
                assertThat(disk.guest(high(4096), 4096)).isEqualTo(disk.guest(low(4096), 4096));
            }
        } finally {
            assertThat(mount.end()).isZero();
        }
    }

    private static void refuse(Settings settings, String... parts) {
        assertThatThrownBy(() -> new UringDisk(settings).close())
                .hasMessageStartingWith("bdev Uring0: ")
                .hasMessageContainingAll(parts);
    }

    /** There a write that is copied finds no memory, and a system call has to tell what is wrong. */
    @Test
    void shouldTellThatAFileSystemInMemoryIsFull() throws IOException {
        try (LoopFileSystem small = LoopFileSystem.inMemory(directory, 1)) {
            Path file = LoopFileSystem.sized(small.root().resolve("sparse"), 64 << 20);
            try (UringDisk disk = new UringDisk(Settings.of(file))) {
                for (int round = 0; round < 2; round++) {
                    disk.enqueue(1, BlockType.WRITE, 0, 0, 65536, UringDisk.low(0), 65536);
                    disk.enqueue(2, BlockType.WRITE, 0, 1 << 20, 2 << 20, UringDisk.low(0), 2 << 20);
                    disk.submit();
                    disk.awaitAll();
                    assertThat(disk.requests.status(1)).isEqualTo(BlockStatus.OK);
                    assertThat(disk.requests.status(2)).isEqualTo(BlockStatus.NO_SPACE);
                    disk.requests.clearCompleted();
                }
            }
        }
    }
}
