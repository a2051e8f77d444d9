// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** qemu-storage-daemon with two raw images: the peer that shows that a test is right. */
public final class StorageDaemonTarget implements Target {
    private static final int START_SECONDS = 30;
    private static final int STOP_SECONDS = 30;

    private final WorkDirectory work;
    private final Logs logs;
    private final Disk disk;
    private final Disk spare;
    private ChildProcess process;

    /** A target that keeps its images and sockets in a work directory. */
    public StorageDaemonTarget(WorkDirectory work, Logs logs) {
        this.work = work;
        this.logs = logs;
        // It starts with the write cache off, whatever the cache mode of the image.
        disk = new Disk("disk", work.socket("disk.sock"), 64L << 20, 4096, 2, false);
        spare = new Disk("spare", work.socket("spare.sock"), 32L << 20, 512, 2, false);
    }

    @Override
    public void start() {
        List<String> line = new ArrayList<>();
        line.add(Prerequisites.program("qemu-storage-daemon").toString());
        for (Disk exported : List.of(disk, spare)) {
            line.addAll(List.of("--blockdev", blockdev(exported, image(exported))));
            line.addAll(List.of("--export", export(exported)));
        }
        process = ChildProcess.start("storage-daemon", line, Map.of(), logs);
        Await.until("qemu-storage-daemon opens its sockets", Settings.timeout(START_SECONDS), logs, () -> {
            process.checkAlive();
            return Files.exists(disk.socket()) && Files.exists(spare.socket());
        });
    }

    private Path image(Disk exported) {
        Path image = work.path().resolve(exported.name() + ".img");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(exported.size());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return image;
    }

    private static String blockdev(Disk exported, Path image) {
        return "driver=raw,node-name=" + exported.name() + ",discard=unmap,file.driver=file,file.discard=unmap"
                + ",file.filename=" + image;
    }

    private static String export(Disk exported) {
        return "type=vhost-user-blk,id=export-" + exported.name() + ",node-name=" + exported.name()
                + ",addr.type=unix,addr.path=" + exported.socket() + ",writable=on,num-queues=" + exported.queues()
                + ",logical-block-size=" + exported.blockSize();
    }

    @Override
    public Disk disk() {
        return disk;
    }

    @Override
    public Disk spare() {
        return spare;
    }

    @Override
    public void checkAlive() {
        process.checkAlive();
    }

    @Override
    public void stop() {
        int status = process.terminate(Settings.timeout(STOP_SECONDS));
        if (status != 0) {
            throw logs.failure("qemu-storage-daemon ended with status " + status);
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
    }
}
