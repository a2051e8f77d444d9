// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A Debian kernel on this machine, with its modules. */
record Kernel(Path image, String version) {
    private static final Path BOOT = Path.of("/boot");
    private static final String PREFIX = "vmlinuz-";
    private static final String CLOUD = "-cloud-amd64";

    /** The one that is set, else the newest cloud kernel: it is small and has the virtual hardware built in. */
    static Optional<Kernel> find() {
        return Settings.kernel().or(Kernel::newestCloudKernel).map(Kernel::of);
    }

    private static Kernel of(Path image) {
        return new Kernel(image, image.getFileName().toString().replaceFirst("^" + PREFIX, ""));
    }

    private static Optional<Path> newestCloudKernel() {
        try (Stream<Path> files = Files.list(BOOT)) {
            return files.filter(file -> file.getFileName().toString().startsWith(PREFIX))
                    .filter(file -> file.toString().endsWith(CLOUD))
                    .max(Comparator.comparing(Kernel::lastModified));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static long lastModified(Path file) {
        return file.toFile().lastModified();
    }

    /** The files of the named modules and all they depend on, in loading order; none for what is built in. */
    Set<Path> modules(List<String> names) {
        Set<Path> files = new LinkedHashSet<>();
        for (String name : names) {
            for (String line : ShellCommand.lines(List.of("modprobe", "-S", version, "--show-depends", name))) {
                String[] words = line.strip().split(" +");
                if (words[0].equals("insmod")) {
                    files.add(Path.of(words[1]));
                }
            }
        }
        return files;
    }

    /** A module's content; modules are compressed in newer releases of Debian, and the guest has no unpacker for that. */
    static byte[] module(Path file) {
        if (file.toString().endsWith(".xz")) {
            return ShellCommand.output(List.of("xz", "-dc", file.toString()));
        }
        if (file.toString().endsWith(".zst")) {
            return ShellCommand.output(List.of("zstd", "-dc", file.toString()));
        }
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
