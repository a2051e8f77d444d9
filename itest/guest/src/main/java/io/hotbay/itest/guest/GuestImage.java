// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a guest boots: Debian's kernel, and a first file system of busybox, the programs the jobs run, their libraries and the
 * kernel modules of virtio. It is not compressed: under TCG the guest would take longer to unpack it than QEMU to load it.
 */
public record GuestImage(Path kernel, Path initramfs) {
    private static final int EXECUTABLE = 0755;
    private static final int READABLE = 0644;
    private static final List<String> PROGRAMS = List.of("fio", "mkfs.ext4", "fsck.ext4", "blkdiscard");
    /** ext4 is built into the cloud kernel; modprobe then names no file for it. */
    private static final List<String> MODULES = List.of("virtio_pci", "virtio_blk", "ext4", "crc32c_generic");

    /** Makes an image in a directory, or finds there the one that was made of the same content before. */
    public static GuestImage in(Path directory) {
        Kernel kernel = Kernel.find().orElseThrow(() -> new GuestFailure("There is no kernel for a guest"));
        try {
            Files.createDirectories(directory);
            Path draft = Files.createTempFile(directory, "initramfs-", ".new");
            try {
                Path initramfs = directory.resolve("initramfs-" + write(draft, kernel) + ".cpio");
                if (!Files.exists(initramfs)) {
                    Files.move(draft, initramfs, StandardCopyOption.ATOMIC_MOVE);
                }
                return new GuestImage(kernel.image(), initramfs);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** QEMU's options to boot it. */
    List<String> bootOptions() {
        return List.of(
                "-kernel",
                kernel.toString(),
                "-initrd",
                initramfs.toString(),
                "-append",
                "console=ttyS0 panic=1 mitigations=off nokaslr");
    }

    private static String write(Path file, Kernel kernel) throws IOException {
        MessageDigest digest = sha256();
        try (OutputStream stream = Files.newOutputStream(file);
                CpioArchive archive = new CpioArchive(new DigestOutputStream(stream, digest))) {
            addSystem(archive);
            addPrograms(archive);
            addModules(archive, kernel);
        }
        return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    }

    private static void addSystem(CpioArchive archive) throws IOException {
        for (String mountPoint : List.of("proc", "sys", "dev", "tmp", "run", "mnt")) {
            archive.directory(mountPoint);
        }
        archive.file("init", EXECUTABLE, resource("init"));
        archive.file("usr/bin/mark", EXECUTABLE, resource("mark"));
        archive.file("bin/busybox", EXECUTABLE, Files.readAllBytes(Prerequisites.program("busybox")));
        archive.link("etc/mtab", "/proc/mounts");
    }

    private static void addPrograms(CpioArchive archive) throws IOException {
        List<Path> programs = PROGRAMS.stream().map(Prerequisites::program).toList();
        for (Path program : programs) {
            archive.file("usr/sbin/" + program.getFileName(), EXECUTABLE, Files.readAllBytes(program));
        }
        for (Path library : SharedLibraries.of(programs)) {
            archive.file(library.toString().substring(1), EXECUTABLE, Files.readAllBytes(library));
        }
    }

    private static void addModules(CpioArchive archive, Kernel kernel) throws IOException {
        Set<Path> modules = kernel.modules(MODULES);
        for (Path module : modules) {
            archive.file(memberName(module), READABLE, Kernel.module(module));
        }
        String loadingOrder =
                modules.stream().map(module -> "/" + memberName(module) + "\n").collect(Collectors.joining());
        archive.file("etc/modules", READABLE, loadingOrder.getBytes(StandardCharsets.UTF_8));
    }

    private static String memberName(Path module) {
        return "lib/modules/" + module.getFileName().toString().replaceFirst("\\.ko(\\.(xz|zst))?$", ".ko");
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream stream = GuestImage.class.getResourceAsStream(name)) {
            return stream.readAllBytes();
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
