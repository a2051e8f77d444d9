// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevuring.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdev.ResizableDevice;
import io.hotbay.bdevuring.internal.UringDisk.Settings;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskFileTest {
    @TempDir
    Path directory;

    private Path file(String name, long size) throws IOException {
        Path file = directory.resolve(name);
        try (RandomAccessFile sized = new RandomAccessFile(file.toFile(), "rw")) {
            sized.setLength(size);
        }
        return file;
    }

    /** Counts disks and rings, not the files of the JVM: class loading opens a jar whenever it first needs it. */
    private long openFiles() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.map(DiskFileTest::target)
                    .filter(target -> target.startsWith(directory.toString()) || target.startsWith("anon_inode:"))
                    .count();
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "closed since it was listed";
        }
    }

    private void refuse(Settings settings, String... parts) throws IOException {
        long before = openFiles();
        assertThatThrownBy(() -> new UringDisk(settings).close())
                .hasMessageStartingWith("bdev Uring0: ")
                .hasMessageContainingAll(parts);
        assertThat(openFiles()).isEqualTo(before);
    }

    @Test
    void shouldTellWhatTheFileIs() throws IOException {
        try (UringDisk disk = new UringDisk(Settings.of(file("disk", 1 << 20)))) {
            assertThat(disk.device.blockSize()).isEqualTo(512);
            assertThat(disk.device.blocks()).isEqualTo(2048);
            assertThat(disk.device.product()).isEqualTo("URING bdev");
            assertThat(disk.device.writeCache()).isTrue();
            assertThat(disk.device.readOnly()).isFalse();
        }
        try (UringDisk disk =
                new UringDisk(Settings.of(file("disk", 1 << 20)).blockSize(4096).size("512KiB"))) {
            assertThat(disk.device.blockSize()).isEqualTo(4096);
            assertThat(disk.device.blocks()).isEqualTo(128);
        }
    }

    @Test
    void shouldMakeAFileThatIsMissing() throws IOException {
        Path file = directory.resolve("new");
        new UringDisk(Settings.of(file).create("3MiB")).close();
        assertThat(file).hasSize(3 << 20);
        new UringDisk(Settings.of(file).create("3MiB")).close();

        refuse(Settings.of(directory.resolve("other")).create(""), "create=true needs a size");
        refuse(Settings.of(directory.resolve("other")).create("1000"), "no multiple of the block size");
        assertThat(directory.resolve("other")).doesNotExist();
        refuse(
                Settings.of(directory.resolve("none/other")).create("1MiB"),
                "there is no such directory: make it first");
        refuse(Settings.of(Path.of("other")).create("1MiB"), "filename \"other\" must be an absolute path");
    }

    @Test
    void shouldRefuseWhatCannotBeADisk() throws IOException {
        refuse(Settings.of(Path.of("")), "filename is missing");
        refuse(Settings.of(directory.resolve("missing")), "there is no such file", "create=true");
        refuse(Settings.of(directory), "is a directory");
        refuse(Settings.of(directory).readOnly(), "is a directory");
        refuse(Settings.of(Path.of("/dev/null")), "neither a file nor a block device");
        refuse(Settings.of(file("empty", 0)), "size");
        refuse(Settings.of(file("odd", 1000)), "no multiple of the block size (512)");
        refuse(Settings.of(file("small", 4096)).size("1MiB"), "has 4 KiB", "less than size says");
        refuse(Settings.of(file("disk", 1 << 20)).size("much"), "size");
        refuse(Settings.of(file("disk", 1 << 20)).blockSize(1000), "block_size is 1000");
        refuse(Settings.of(Path.of("/proc/version")).direct(true).readOnly(), "direct=false");
    }

    @Test
    void shouldRefuseAFileThatIsADiskAlready() throws IOException {
        Path file = file("disk", 1 << 20);
        try (UringDisk first = new UringDisk(Settings.of(file))) {
            refuse(Settings.of(file), "is in use as a disk already");
            new UringDisk(Settings.of(file).readOnly()).close();
            assertThat(first.device.blocks()).isEqualTo(2048);
        }
        new UringDisk(Settings.of(file)).close();
    }

    /** A bundle that is updated closes its disks and opens them again at once. */
    @Test
    void shouldWaitForAFileThatIsAboutToBeLetGo() throws Exception {
        Path file = file("disk", 1 << 20);
        UringDisk first = new UringDisk(Settings.of(file));
        CompletableFuture<Void> closing = CompletableFuture.runAsync(
                first.device::deactivate, CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS));
        new UringDisk(Settings.of(file)).close();
        closing.get();
        first.channel.close();
    }

    @Test
    void shouldTakeAnotherSizeWhileAChannelIsOpen() throws IOException {
        Path file = file("disk", 1 << 20);
        Settings settings = Settings.of(file);
        try (UringDisk disk = new UringDisk(settings.size("1MiB"))) {
            disk.device.modified(settings.size("2MiB"), Map.of());
            assertThat(disk.device.blocks()).isEqualTo(4096);
            assertThat(file).hasSize(2 << 20);
            assertThat(disk.run(BlockType.WRITE, 1500 << 10, 4096, UringDisk.low(0), 4096))
                    .isEqualTo(BlockStatus.OK);
            assertThat(disk.device.dataEnd(0)).isEqualTo((1500 << 10) + 4096);
            assertThat(disk.device.dataEnd(1600 << 10)).isEqualTo(1600 << 10);

            disk.device.modified(settings.size("1MiB"), Map.of());
            assertThat(disk.device.refusedResize())
                    .hasValueSatisfying(why -> assertThat(why).contains("contents beyond 1 MiB"));
            assertThat(disk.device.blocks()).isEqualTo(4096);

            disk.device.modified(settings.size("1MiB"), Map.of(ResizableDevice.CUT, "1MiB"));
            assertThat(disk.device.refusedResize()).isEmpty();
            assertThat(file).hasSize(1 << 20);
            assertThat(disk.run(BlockType.READ, 1500 << 10, 4096, UringDisk.low(0), 4096))
                    .isEqualTo(BlockStatus.OUT_OF_RANGE);

            disk.device.modified(settings.size("1000"), Map.of());
            assertThat(disk.device.refusedResize()).isPresent();
            disk.device.modified(settings.size("1MiB").direct(true), Map.of());
            assertThat(disk.device.refusedResize())
                    .hasValueSatisfying(why -> assertThat(why).contains("cannot change while it is in use"));
            assertThat(file).hasSize(1 << 20);
        }
    }
}
