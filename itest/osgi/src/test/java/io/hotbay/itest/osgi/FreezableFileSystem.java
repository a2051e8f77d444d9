// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A small file system of a test's own, over a loop device, that can be frozen: writes there wait until it is thawed. Shells undo both at the
 * end of their standard input, so also when this process dies.
 */
final class FreezableFileSystem implements AutoCloseable {
    private static final String MOUNT = """
            truncate -s 64M "$1" && mkfs.ext4 -q -F "$1" && mount -o loop "$1" "$2" || exit 3
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
            timeout 60 cat >/dev/null
            late=$?
            fsfreeze -u "$1"
            exit $late
            """;

    private final Path root;
    private final Process mount;
    private Process freeze;

    private FreezableFileSystem(Path root, Process mount) {
        this.root = root;
        this.mount = mount;
    }

    /** Makes and mounts one, or skips the test where that cannot be done. */
    static FreezableFileSystem mount(Path directory) throws IOException {
        Path root = Files.createDirectory(directory.resolve("mounted"));
        Process mount = begin(MOUNT, directory.resolve("image").toString(), root.toString());
        return new FreezableFileSystem(root, mount);
    }

    private static Process begin(String script, String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", script, "guard").redirectErrorStream(true);
        builder.command().addAll(List.of(arguments));
        Process process = builder.start();
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder printed = new StringBuilder();
        String line = output.readLine();
        while (line != null && !line.equals("ready")) {
            printed.append(line).append("; ");
            line = output.readLine();
        }
        assumeTrue(line != null, () -> "skipped: file systems cannot be mounted and frozen here: " + printed);
        return process;
    }

    /** A file with contents. */
    Path file(String name, int size) throws IOException {
        Path file = root.resolve(name);
        try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
            opened.write(new byte[size]);
            opened.getFD().sync();
        }
        return file;
    }

    void freeze() throws IOException {
        freeze = begin(FREEZE, root.toString());
    }

    /** Fails if it comes too late, because something has waited for it. */
    void thaw() throws IOException {
        Process ending = freeze;
        freeze = null;
        assertThat(end(ending)).as("the end of the freeze; 124: after a minute").isZero();
    }

    private static int end(Process guard) throws IOException {
        guard.getOutputStream().close();
        try {
            assertThat(guard.waitFor(90, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        return guard.exitValue();
    }

    /** Takes it away; {@link #melt} has been called before whatever uses it was closed. */
    @Override
    public void close() throws IOException {
        assertThat(end(mount)).as("unmounted").isZero();
    }

    /** Thaws it if it is still frozen, whenever that is. */
    void melt() throws IOException {
        if (freeze != null) {
            Process ending = freeze;
            freeze = null;
            end(ending);
        }
    }
}
