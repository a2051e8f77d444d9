// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The files behind disks, some in /dev/shm, some where O_DIRECT reaches a device; and sockets. All go in the end. */
final class BenchFiles implements AutoCloseable {
    private static final String NAME = "hotbay-bench";
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    /** Short, because paths of sockets are. */
    private static final Path SHORT = Path.of("/tmp");

    private final List<Path> directories = new ArrayList<>();

    private BenchFiles() {}

    static BenchFiles in(Path directory) throws IOException {
        BenchFiles files = new BenchFiles();
        boolean made = false;
        try {
            files.directories.add(Files.createTempDirectory(SHARED_MEMORY, NAME));
            files.directories.add(Files.createTempDirectory(directory, NAME));
            files.directories.add(Files.createTempDirectory(SHORT, "hbb"));
            made = true;
            return files;
        } finally {
            if (!made) {
                files.close();
            }
        }
    }

    /** Where targets have their sockets and whatever else they keep. */
    Path sockets() {
        return directories.get(2);
    }

    private Path of(boolean onDisk) {
        return directories.get(onDisk ? 1 : 0);
    }

    /** A file as long as a disk. */
    Path file(String owner, BenchDisk disk) throws IOException {
        Path file = of(disk.isDirect()).resolve(owner + "-" + disk.label());
        try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "rw")) {
            content.setLength(BenchDisk.SIZE);
        }
        return file;
    }

    /** Whether files of a disk's kind can be opened as its peer opens them. */
    boolean canHave(BenchDisk disk) throws IOException {
        boolean direct = disk.isDirect() || disk == BenchDisk.CACHED_NATIVE;
        Path probe = Files.createTempFile(of(disk.isDirect()), "probe", "");
        try {
            if (direct) {
                FileChannel.open(probe, StandardOpenOption.READ, ExtendedOpenOption.DIRECT)
                        .close();
            }
            return true;
        } catch (IOException | UnsupportedOperationException refused) {
            return false;
        } finally {
            Files.delete(probe);
        }
    }

    @Override
    public void close() {
        directories.forEach(BenchFiles::delete);
    }

    /** Deletes a directory with all that is in it, if it is still there. */
    static void delete(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
