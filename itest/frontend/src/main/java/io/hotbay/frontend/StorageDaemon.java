// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A running qemu-storage-daemon: a peer that tests and benchmarks are held against. */
public final class StorageDaemon implements AutoCloseable {
    /** The text that GET_ID brings from it. */
    public static final String ID = "vhost_user_blk";

    private static final String PROGRAM = "qemu-storage-daemon";
    private static final int STOP_SECONDS = 10;

    /**
     * A disk it exports.
     *
     * @param name of the disk; its socket is this name with ".sock"
     * @param driver the value of {@code --blockdev} without the node's name
     * @param queues number of queues
     * @param blockSize bytes of a logical block
     * @param writable whether it may be written to
     */
    public record Disk(String name, String driver, int queues, int blockSize, boolean writable) {
        /** A writable disk over a file. */
        public static Disk file(String name, Path file, int queues, int blockSize) {
            return new Disk(name, "driver=file,discard=unmap,filename=" + file, queues, blockSize, true);
        }

        /** A writable disk over a new file of its name, which holds zeroes. */
        public static Disk image(Path directory, String name, long size, int queues, int blockSize) throws IOException {
            Path image = directory.resolve(name);
            try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
                file.setLength(size);
            }
            return file(name, image, queues, blockSize);
        }

        /** A disk that does nothing. */
        public static Disk nothing(String name, long size, int queues) {
            return new Disk(name, "driver=null-co,read-zeroes=off,size=" + size, queues, BlockDriver.SECTOR, true);
        }

        /** The same, not to be written to. */
        public Disk readOnly() {
            return new Disk(name, driver, queues, blockSize, false);
        }
    }

    private final Path directory;
    private final Process process;
    private final List<Disk> disks;

    private StorageDaemon(Path directory, Process process, List<Disk> disks) {
        this.directory = directory;
        this.process = process;
        this.disks = disks;
    }

    /** Whether the program is there. */
    public static boolean isInstalled() {
        for (String directory : System.getenv("PATH").split(":")) {
            if (Files.isExecutable(Path.of(directory, PROGRAM))) {
                return true;
            }
        }
        return false;
    }

    /** Starts it with its sockets in a directory, and returns when they accept connections. */
    public static StorageDaemon start(Path directory, Disk... disks) throws IOException {
        return start(directory, List.of(), List.of(), List.of(disks));
    }

    /**
     * Starts it under another program and with more options.
     *
     * @param prefix words before the program, for example {@code taskset -c 0}
     * @param exportOptions what to add to each export, for example {@code iothread=t0}
     */
    public static StorageDaemon start(Path directory, List<String> prefix, List<String> exportOptions, List<Disk> disks)
            throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(PROGRAM);
        if (exportOptions.stream().anyMatch(option -> option.startsWith("iothread="))) {
            String thread = exportOptions.stream()
                    .filter(option -> option.startsWith("iothread="))
                    .findFirst()
                    .orElseThrow()
                    .substring("iothread=".length());
            command.addAll(List.of("--object", "iothread,id=" + thread));
        }
        for (Disk disk : disks) {
            command.addAll(List.of("--blockdev", disk.driver() + ",node-name=" + disk.name()));
            StringBuilder export = new StringBuilder("type=vhost-user-blk,id=e-" + disk.name());
            export.append(",node-name=").append(disk.name());
            export.append(",addr.type=unix,addr.path=").append(directory.resolve(disk.name() + ".sock"));
            export.append(",num-queues=").append(disk.queues());
            export.append(",logical-block-size=").append(disk.blockSize());
            export.append(",writable=").append(disk.writable() ? "on" : "off");
            exportOptions.forEach(option -> export.append(',').append(option));
            command.addAll(List.of("--export", export.toString()));
        }
        // Options take effect in their order: when the monitor greets, all sockets are there.
        command.addAll(List.of("--chardev", "stdio,id=monitor", "--monitor", "chardev=monitor"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        StorageDaemon daemon = new StorageDaemon(directory, process, disks);
        daemon.awaitGreeting();
        return daemon;
    }

    private void awaitGreeting() throws IOException {
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        StringBuilder seen = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.contains("\"QMP\"")) {
                return;
            }
            seen.append(line).append('\n');
        }
        close();
        throw new IOException(PROGRAM + " did not start: " + seen.toString().strip());
    }

    /** The socket of a disk. */
    public Path socket(String disk) {
        return directory.resolve(disk + ".sock");
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Whether it still runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        for (Disk disk : disks) {
            try {
                Files.deleteIfExists(socket(disk.name()));
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }
}
