// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.Memfd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A file of hugepages of which the kernel will not give one, whatever is reserved on the machine: nothing is taken away from others.
 *
 * @param file as large as it should be
 * @param size in bytes
 */
record MissingHugepages(Descriptor file, long size) {
    private static final Path SIZES = Path.of("/sys/kernel/mm/hugepages");
    private static final String PREFIX = "hugepages-";
    private static final long SMALLEST_FILE = 16 << 20;
    private static final int O_RDWR_CREAT = 0102;

    /** A memfd with pages of a size of which there are none, if there is such a size. */
    static Optional<MissingHugepages> ofSomeSize() throws IOException {
        if (!Files.isDirectory(SIZES)) {
            return Optional.empty();
        }
        Optional<Path> none;
        try (Stream<Path> sizes = Files.list(SIZES)) {
            none = sizes.filter(MissingHugepages::isUsedUp).findFirst();
        }
        if (none.isEmpty()) {
            return Optional.empty();
        }
        String name = none.get().getFileName().toString();
        long page = Long.parseLong(name.substring(PREFIX.length(), name.length() - 2)) << 10;
        long size = Math.max(SMALLEST_FILE, page);
        return Optional.of(new MissingHugepages(Memfd.createHuge("missing", size, page), size));
    }

    private static boolean isUsedUp(Path size) {
        return figure(size, "free_hugepages") == figure(size, "resv_hugepages")
                && figure(size, "nr_overcommit_hugepages") == 0;
    }

    private static long figure(Path size, String name) {
        try {
            return Long.parseLong(Files.readString(size.resolve(name)).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file on a hugetlbfs that may take no page of its pool: one with a limit of 0, mounted for it. */
    static MissingHugepages on(Path hugetlbfs) throws LinuxException {
        Descriptor file = Descriptor.open(hugetlbfs.resolve("missing"), O_RDWR_CREAT, 0600);
        file.truncate(SMALLEST_FILE);
        return new MissingHugepages(file, SMALLEST_FILE);
    }
}
