// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A hugetlbfs that is mounted for a test when there is none, so that the product need not mount one that would stay. */
final class HugetlbfsMount implements AutoCloseable {
    private static final String TYPE = "hugetlbfs";

    private final boolean there;
    /** What to unmount, or null. */
    private final Path own;

    private HugetlbfsMount(boolean there, Path own) {
        this.there = there;
        this.own = own;
    }

    /** Mounts one, if there is none and this process may. */
    static HugetlbfsMount unlessMounted(Path directory) throws IOException {
        boolean mounted = Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                .anyMatch(line -> line.split(" ")[2].equals(TYPE));
        if (mounted) {
            return new HugetlbfsMount(true, null);
        }
        Files.createDirectory(directory);
        boolean done = run("mount", "-t", TYPE, "nodev", directory.toString());
        return new HugetlbfsMount(done, done ? directory : null);
    }

    private static boolean run(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return process.waitFor() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while running " + command[0], e);
        }
    }

    /** Whether a hugetlbfs is mounted. */
    boolean isThere() {
        return there;
    }

    @Override
    public void close() throws IOException {
        if (own != null && !run("umount", own.toString())) {
            throw new IOException(own + " cannot be unmounted");
        }
    }
}
