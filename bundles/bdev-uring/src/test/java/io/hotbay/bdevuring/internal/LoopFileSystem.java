// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevuring.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A small ext4 of a test's own, mounted over a loop device, or a tmpfs. What has to be undone is undone by processes that wait for the end of
 * their standard input, so it is undone also when the virtual machine dies.
 */
final class LoopFileSystem implements AutoCloseable {
    private static final int FROZEN_SECONDS = 30;
    private static final int LATE = 124;

    private static final String MOUNT = """
            mount $3 "$1" "$2" || exit 3
            echo ready
            cat >/dev/null
            tries=0
            until umount "$2"; do
                tries=$((tries + 1))
                [ $tries -lt 100 ] || exit 4
                sleep 0.1
            done
            """;
    private static final String FREEZE = """
            fsfreeze -f "$1" || exit 3
            echo ready
            timeout $2 cat >/dev/null
            late=$?
            fsfreeze -u "$1"
            exit $late
            """;

    private final Path root;
    private final Guard mount;

    private LoopFileSystem(Path root, Guard mount) {
        this.root = root;
        this.mount = mount;
    }

    /** Makes one in a directory and mounts it, or skips the test where that cannot be done. */
    static LoopFileSystem mount(Path directory, int mebibytes) throws IOException {
        return mount(directory, mebibytes, "");
    }

    /** The same with features of mkfs.ext4. */
    static LoopFileSystem mount(Path directory, int mebibytes, String features) throws IOException {
        Path image = directory.resolve("file-system.img");
        sized(image, (long) mebibytes << 20);
        Guard making = new Guard(
                "mkfs.ext4 -q -F -m 0 $2 \"$1\" && echo ready",
                image.toString(),
                features.isEmpty() ? "" : "-O " + features);
        assumeTrue(making.isReady(), () -> "skipped: mkfs.ext4 failed: " + making.printed());
        making.end();
        return mount(directory, image.toString(), "-o loop");
    }

    /** Mounts a tmpfs, or skips the test where that cannot be done. */
    static LoopFileSystem inMemory(Path directory, int mebibytes) throws IOException {
        return mount(directory, "none", "-t tmpfs -o size=" + mebibytes + "m");
    }

    private static LoopFileSystem mount(Path directory, String what, String options) throws IOException {
        Path root = Files.createDirectories(directory.resolve("mounted"));
        Guard mount = new Guard(MOUNT, what, root.toString(), options);
        assumeTrue(mount.isReady(), () -> "skipped: nothing can be mounted: " + mount.printed());
        return new LoopFileSystem(root, mount);
    }

    /** A file of a test, of a size and without contents. */
    static Path sized(Path file, long size) throws IOException {
        try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
            opened.setLength(size);
        }
        return file;
    }

    Path root() {
        return root;
    }

    /** The block device it is on. */
    Path device() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                .map(line -> line.split(" "))
                .filter(mounted -> mounted[1].equals(root.toString()))
                .map(mounted -> Path.of(mounted[0]))
                .findFirst()
                .orElseThrow();
    }

    void remountReadOnly() throws IOException {
        Guard remount = new Guard("mount -o remount,ro \"$1\" && echo ready", root.toString());
        assertThat(remount.isReady()).as(remount.printed()).isTrue();
        remount.end();
    }

    /** Makes all writes to it wait until the result is closed; which fails if that came too late, because something waited for it. */
    Frozen freeze() throws IOException {
        Guard freeze = new Guard(FREEZE, root.toString(), String.valueOf(FROZEN_SECONDS));
        assumeTrue(freeze.isReady(), () -> "skipped: the file system cannot be frozen: " + freeze.printed());
        return new Frozen(freeze);
    }

    @Override
    public void close() throws IOException {
        assertThat(mount.end()).as("unmounted, " + mount.printed()).isZero();
    }

    /** A file system is frozen until this is closed, or for half a minute. */
    record Frozen(Guard guard) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            assertThat(guard.end())
                    .as("the end of the freeze: " + LATE + " when something waited for it")
                    .isZero();
        }
    }

    /** A shell that does something, says so, and undoes it at the end of its input. */
    static final class Guard {
        private final Process process;
        private final List<String> printed = new ArrayList<>();
        private final boolean ready;

        Guard(String script, String... arguments) throws IOException {
            List<String> line = new ArrayList<>(List.of("sh", "-c", script, "guard"));
            line.addAll(List.of(arguments));
            process = new ProcessBuilder(line).redirectErrorStream(true).start();
            BufferedReader output =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            String read = output.readLine();
            while (read != null && !read.equals("ready")) {
                printed.add(read);
                read = output.readLine();
            }
            ready = read != null;
        }

        boolean isReady() {
            return ready;
        }

        String printed() {
            return String.join("; ", printed);
        }

        int end() throws IOException {
            process.getOutputStream().close();
            try {
                assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
            return process.exitValue();
        }
    }
}
