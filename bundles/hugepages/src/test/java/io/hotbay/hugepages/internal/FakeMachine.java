// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import io.hotbay.linux.Errno;
import io.hotbay.linux.LinuxException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The files of a machine with pages of 2 MiB and 1 GiB, in a folder. Its kernel gives pages up to a limit and counts the new
 * ones as free.
 */
final class FakeMachine {
    static final long MIB = 1L << 20;
    static final long GIB = 1L << 30;

    private final Path root;
    private final List<String> mountCalls = new ArrayList<>();
    private long limit = Long.MAX_VALUE;
    private boolean privileged = true;

    FakeMachine(Path root) throws IOException {
        this.root = root;
        Files.createDirectories(root.resolve("dev/shm"));
        write("proc/meminfo", "MemTotal: 8388608 kB\nMemAvailable:    4194304 kB\nHugepagesize:       2048 kB\n");
        write("proc/self/mounts", "proc /proc proc rw 0 0\n");
        pool("sys/kernel/mm/hugepages/hugepages-2048kB", 0, 0);
        pool("sys/kernel/mm/hugepages/hugepages-1048576kB", 0, 0);
        reserve(0);
    }

    Path root() {
        return root;
    }

    Path sharedMemory() {
        return root.resolve("dev/shm");
    }

    Host host() {
        return new Host(root, sharedMemory(), this::mount, this::resize);
    }

    KernelPages kernel() {
        return new KernelPages(root, this::resize);
    }

    HugetlbfsMounts mounts() {
        return new HugetlbfsMounts(root, kernel(), this::mount);
    }

    List<String> mountCalls() {
        return mountCalls;
    }

    /** Adds a node. */
    FakeMachine node(int node, long total, long free) throws IOException {
        pool("sys/devices/system/node/node" + node + "/hugepages/hugepages-2048kB", total, free);
        return this;
    }

    FakeMachine pages(long total, long free) throws IOException {
        pool("sys/kernel/mm/hugepages/hugepages-2048kB", total, free);
        return this;
    }

    FakeMachine reserve(long pages) throws IOException {
        write("sys/kernel/mm/hugepages/hugepages-2048kB/resv_hugepages", pages + "\n");
        return this;
    }

    /** The kernel gives no more pages than that. */
    FakeMachine limit(long pages) {
        limit = pages;
        return this;
    }

    /** The process is nobody in particular. */
    FakeMachine withoutRoot() {
        privileged = false;
        return this;
    }

    FakeMachine mounted(String path, String options) throws IOException {
        Files.createDirectories(Path.of(path));
        write("proc/self/mounts", "hugetlbfs " + path.replace(" ", "\\040") + " hugetlbfs " + options + " 0 0\n");
        return this;
    }

    long total(String folder) throws IOException {
        return read(root.resolve(folder).resolve("nr_hugepages"));
    }

    long total() throws IOException {
        return total("sys/kernel/mm/hugepages/hugepages-2048kB");
    }

    void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        boolean append = file.endsWith("mounts") && Files.exists(path);
        Files.writeString(
                path,
                text,
                StandardOpenOption.CREATE,
                append ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
    }

    private void pool(String folder, long total, long free) throws IOException {
        write(folder + "/nr_hugepages", total + "\n");
        write(folder + "/free_hugepages", free + "\n");
    }

    private static long read(Path file) throws IOException {
        return Long.parseLong(Files.readString(file).strip());
    }

    private void resize(Path file, long wanted) throws IOException {
        if (!privileged) {
            throw new AccessDeniedException(file.toString());
        }
        Path free = file.resolveSibling("free_hugepages");
        long before = read(file);
        long after = Math.min(wanted, limit);
        Files.writeString(file, after + "\n");
        Files.writeString(free, read(free) + after - before + "\n");
    }

    private void mount(String source, Path target, String type, long flags, String options) throws LinuxException {
        if (!privileged) {
            throw new LinuxException("mount", target, Errno.EPERM);
        }
        mountCalls.add(source + " " + target + " " + type + " " + options);
    }
}
