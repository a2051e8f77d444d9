// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevuring.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.bdevuring.internal.UringDisk.Settings;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private static long openFiles() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    private static void refuse(Settings settings, String... parts) throws IOException {
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
}
