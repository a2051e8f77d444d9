// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import io.hotbay.bdev.ByteSize;
import io.hotbay.linux.Errno;
import io.hotbay.linux.LinuxException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where hugetlbfs is mounted, and mounting it where it is not, as setup.sh does. Nothing is ever unmounted. */
final class HugetlbfsMounts {
    private static final String TYPE = "hugetlbfs";
    private static final String PAGE_SIZE_OPTION = "pagesize=";

    /** Only its owner may make files in it; whoever else is to use it gets it by chown. */
    private static final String MODE_OPTION = "mode=0755";

    private final Path root;
    private final KernelPages kernel;
    private final Mounter mounter;

    HugetlbfsMounts(Path root, KernelPages kernel, Mounter mounter) {
        this.root = root;
        this.kernel = kernel;
        this.mounter = mounter;
    }

    /** mount(2). */
    @FunctionalInterface
    interface Mounter {
        void mount(String source, Path target, String type, long flags, String options) throws LinuxException;
    }

    record Mount(Path path, long pageSize) {}

    /** All of them, in the order of mounting. */
    List<Mount> all() throws IOException {
        List<Mount> mounts = new ArrayList<>();
        for (String line : Files.readAllLines(root.resolve("proc/self/mounts"))) {
            // proc(5): device, mount point, type, options; blanks inside a field are written as octal numbers.
            String[] fields = line.split(" ");
            if (fields.length >= 4 && fields[2].equals(TYPE)) {
                mounts.add(new Mount(Path.of(unescaped(fields[1])), pageSize(fields[3])));
            }
        }
        return mounts;
    }

    private static String unescaped(String field) {
        return field.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }

    private long pageSize(String options) throws IOException {
        for (String option : options.split(",")) {
            if (option.startsWith(PAGE_SIZE_OPTION)) {
                return ByteSize.parse(option.substring(PAGE_SIZE_OPTION.length()));
            }
        }
        return kernel.pageSize(0);
    }

    /**
     * Finds the mount for a page size, or mounts it.
     *
     * @param configured mount point to use, or empty for any
     * @throws IOException if there is none and this process may not mount one; the message has the command to run
     */
    Path ensure(long pageSize, Optional<Path> configured) throws IOException {
        List<Mount> mounts = all();
        Optional<Mount> found = mounts.stream()
                .filter(mount -> configured.map(mount.path()::equals).orElse(mount.pageSize() == pageSize))
                // One that we may write to is better than one that belongs to somebody else.
                .max((a, b) -> Boolean.compare(Files.isWritable(a.path()), Files.isWritable(b.path())));
        if (found.isPresent() && found.get().pageSize() != pageSize) {
            throw new IOException("mount_point " + found.get().path() + " has pages of "
                    + ByteSize.format(found.get().pageSize()) + ", not of " + ByteSize.format(pageSize)
                    + ": choose another mount_point or page_size");
        }
        if (found.isPresent()) {
            return found.get().path();
        }
        Path target = configured.orElseGet(() -> usualPlace(pageSize, mounts));
        mount(target, pageSize);
        return target;
    }

    private Path usualPlace(long pageSize, List<Mount> mounts) {
        Path device = root.resolve("dev/hugepages");
        boolean taken = mounts.stream().anyMatch(mount -> mount.path().equals(device));
        if (Files.isDirectory(device) && !taken) {
            return device;
        }
        Path usual = root.resolve("mnt/huge");
        boolean usualTaken = mounts.stream().anyMatch(mount -> mount.path().equals(usual));
        return usualTaken ? root.resolve("mnt/huge-" + ByteSize.format(pageSize).replace(" ", "")) : usual;
    }

    /**
     * Whether a mount would be one of this process and its children, as in the sandbox of a service manager, which ends with
     * them. The first process of the machine or container then has none of the mounts that this one has: each is a copy.
     */
    private boolean isPrivate() {
        try {
            return Collections.disjoint(mountIds("proc/self/mountinfo"), mountIds("proc/1/mountinfo"));
        } catch (IOException e) {
            // The kernel does not tell, so it is taken for an ordinary process.
            return false;
        }
    }

    /** proc_pid_mountinfo(5): the first field of each line is unique on the machine. */
    private Set<String> mountIds(String file) throws IOException {
        try (Stream<String> lines = Files.lines(root.resolve(file))) {
            return lines.map(line -> line.split(" ")[0]).collect(Collectors.toSet());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void mount(Path target, long pageSize) throws IOException {
        String options = PAGE_SIZE_OPTION + (pageSize >> 10) + "K," + MODE_OPTION;
        String command =
                "sudo mkdir -p " + target + " && sudo mount -t " + TYPE + " -o " + options + " nodev " + target;
        if (isPrivate()) {
            throw new IOException(
                    "hugetlbfs is not mounted, and mounted from here only this service would see it, and lose"
                            + " what is in it when it is restarted: run  " + command
                            + "  outside the service, or enter it in"
                            + " /etc/fstab");
        }
        try {
            Files.createDirectories(target);
            mounter.mount("nodev", target, TYPE, 0, options);
        } catch (AccessDeniedException e) {
            throw new IOException("hugetlbfs is not mounted and mounting it needs root: run  " + command, e);
        } catch (LinuxException e) {
            String need = e.errno() == Errno.EPERM || e.errno() == Errno.EACCES ? "needs root" : e.getMessage();
            throw new IOException("hugetlbfs is not mounted and mounting it failed (" + need + "): run  " + command, e);
        }
    }
}
