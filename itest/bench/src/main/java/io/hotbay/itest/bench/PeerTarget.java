// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import io.hotbay.frontend.StorageDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** qemu-storage-daemon: null-co and files, served by a polling I/O thread on the target's core. */
final class PeerTarget implements BenchTarget {
    private static final int BLOCK = 512;

    private final String name;
    private final StorageDaemon daemon;

    private PeerTarget(String name, StorageDaemon daemon) {
        this.name = name;
        this.daemon = daemon;
    }

    static PeerTarget start(String name, Path directory, BenchFiles files, BenchOptions options) throws IOException {
        List<StorageDaemon.Disk> disks = new ArrayList<>();
        for (BenchDisk disk : options.disks()) {
            disks.add(disk(name, disk, files));
        }
        if (!options.disks().contains(BenchDisk.NULL)) {
            disks.add(disk(name, BenchDisk.NULL, files));
        }
        StorageDaemon daemon = StorageDaemon.start(
                Files.createDirectories(directory.resolve(name)),
                List.of("taskset", "-c", Integer.toString(options.targetCore())),
                List.of("iothread=io0"),
                disks);
        return new PeerTarget(name, daemon);
    }

    private static StorageDaemon.Disk disk(String owner, BenchDisk disk, BenchFiles files) throws IOException {
        if (disk == BenchDisk.NULL) {
            return StorageDaemon.Disk.nothing(disk.label(), BenchDisk.SIZE, 1);
        }
        String driver = "driver=file,discard=unmap,filename=" + files.file(owner, disk) + engine(disk);
        return new StorageDaemon.Disk(disk.label(), driver, 1, BLOCK, true);
    }

    private static String engine(BenchDisk disk) {
        return switch (disk) {
            case CACHED_URING -> ",aio=io_uring";
            case DIRECT_URING -> ",aio=io_uring,cache.direct=on";
            case CACHED_NATIVE, DIRECT_NATIVE -> ",aio=native,cache.direct=on";
            case NULL, MALLOC -> "";
        };
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
        return daemon.socket(disk.label());
    }

    @Override
    public void close() {
        daemon.close();
    }
}
