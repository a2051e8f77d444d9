// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Huge pages of 2 MiB for a guest's memory, as the machine has them: none are set up here. */
public final class Hugepages implements AutoCloseable {
    private static final Path POOL = Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB");
    private static final int PAGE_MIB = 2;

    private final int wanted;
    private final long free;
    private final Path mountPoint;

    private Hugepages(int wanted, long free, Path mountPoint) {
        this.wanted = wanted;
        this.free = free;
        this.mountPoint = mountPoint;
    }

    /** Mounts a hugetlbfs of its own if there are enough free pages for a guest. */
    public static Hugepages forGuest(GuestOptions options, WorkDirectory work) {
        Hugepages hugepages = new Hugepages(options.memoryMib() / PAGE_MIB, count("free"), work.directory("huge"));
        if (hugepages.enough()) {
            ShellCommand.output(
                    List.of("mount", "-t", "hugetlbfs", "-o", "pagesize=2M", "none", hugepages.mountPoint.toString()));
        }
        return hugepages;
    }

    /** Why there are not enough, in one line; empty when there are. */
    public List<String> missing() {
        return enough()
                ? List.of()
                : List.of(free + " free huge pages of 2 MiB, but the guest needs " + wanted
                        + ": sysctl vm.nr_hugepages=" + wanted + " (and more for the target)");
    }

    private boolean enough() {
        return free >= wanted;
    }

    /** Where they are mounted. */
    public Path mountPoint() {
        return mountPoint;
    }

    /** How many the guest needs. */
    public int wanted() {
        return wanted;
    }

    /** How many have been taken since. */
    public long used() {
        return free - count("free");
    }

    private static long count(String kind) {
        try {
            return Long.parseLong(
                    Files.readString(POOL.resolve(kind + "_hugepages")).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (enough()) {
            ShellCommand.output(List.of("umount", mountPoint.toString()));
        }
    }
}
