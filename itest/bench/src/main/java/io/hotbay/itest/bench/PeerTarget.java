// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import io.hotbay.frontend.StorageDaemon;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** qemu-storage-daemon: null-co, and a file in /dev/shm, served by a polling I/O thread on the target's core. */
final class PeerTarget implements BenchTarget {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private final String name;
    private final StorageDaemon daemon;
    private final Path file;

    private PeerTarget(String name, StorageDaemon daemon, Path file) {
        this.name = name;
        this.daemon = daemon;
        this.file = file;
    }

    static PeerTarget start(String name, Path directory, int core) throws IOException {
        Path file = Files.createTempFile(SHARED_MEMORY, "hotbay-bench", ".img");
        boolean started = false;
        try {
            try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "rw")) {
                content.setLength(BenchDisk.SIZE);
            }
            Path sockets = Files.createDirectories(directory.resolve(name));
            StorageDaemon daemon = StorageDaemon.start(
                    sockets,
                    List.of("taskset", "-c", Integer.toString(core)),
                    List.of("iothread=io0"),
                    List.of(
                            StorageDaemon.Disk.nothing(BenchDisk.NULL.id(), BenchDisk.SIZE, 1),
                            StorageDaemon.Disk.file(BenchDisk.MALLOC.id(), file, 1, 512)));
            started = true;
            return new PeerTarget(name, daemon, file);
        } finally {
            if (!started) {
                Files.delete(file);
            }
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long pid() {
        return daemon.pid();
    }

    @Override
    public Path socket(BenchDisk disk) {
        return daemon.socket(disk.id());
    }

    @Override
    public void close() {
        daemon.close();
        try {
            Files.deleteIfExists(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
