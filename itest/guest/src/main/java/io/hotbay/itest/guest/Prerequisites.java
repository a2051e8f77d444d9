// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What has to be installed on this machine before a guest can be started. */
public final class Prerequisites {
    private static final List<String> DIRECTORIES = List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/bin");
    private static final Map<String, String> PACKAGES = new TreeMap<>(Map.of(
            "qemu-system-x86_64", "qemu-system-x86",
            "qemu-storage-daemon", "qemu-system-common",
            "busybox", "busybox-static",
            "fio", "fio",
            "mkfs.ext4", "e2fsprogs",
            "fsck.ext4", "e2fsprogs",
            "blkdiscard", "util-linux",
            "modprobe", "kmod",
            "ldd", "libc-bin"));

    private Prerequisites() {}

    /** One line for each thing that is missing, naming the package to install; empty when all is there. */
    public static List<String> missing() {
        List<String> missing = new ArrayList<>();
        PACKAGES.forEach((program, name) -> {
            if (find(program).isEmpty()) {
                missing.add(program + " is missing: apt-get install " + name);
            }
        });
        Optional<Kernel> kernel = Kernel.find();
        if (kernel.isEmpty()) {
            missing.add("no /boot/vmlinuz-*-cloud-amd64: apt-get install linux-image-cloud-amd64");
        } else if (!Files.isReadable(kernel.get().image())) {
            missing.add(kernel.get().image() + " is not readable: run as root, or name a copy with " + Settings.KERNEL);
        }
        return missing;
    }

    /** A program's path. */
    static Path program(String name) {
        return find(name)
                .orElseThrow(() -> new GuestFailure(name + " is missing: apt-get install " + PACKAGES.get(name)));
    }

    private static Optional<Path> find(String program) {
        return DIRECTORIES.stream()
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
