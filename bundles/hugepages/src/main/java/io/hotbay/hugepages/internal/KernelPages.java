// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import io.hotbay.bdev.ByteSize;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The kernel's own figures on hugepages, in sysfs and procfs (Documentation/admin-guide/mm/hugetlbpage.rst). Keeps
 * nothing: every call reads.
 */
final class KernelPages {
    private static final Pattern SIZE_FOLDER = Pattern.compile("hugepages-(\\d+)kB");
    private static final Pattern NODE_FOLDER = Pattern.compile("node(\\d+)");
    private static final Pattern MEMINFO = Pattern.compile("(\\w+):\\s+(\\d+) kB");

    private final Path root;
    private final Writer writer;

    /** @param root where /sys and /proc are: "/" but in tests */
    KernelPages(Path root, Writer writer) {
        this.root = root;
        this.writer = writer;
    }

    /** Writes a number to a file of sysfs. */
    @FunctionalInterface
    interface Writer {
        /** As {@code echo number > file} does. */
        Writer SYSFS = (file, number) -> Files.writeString(
                file, Long.toString(number), StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);

        void write(Path file, long number) throws IOException;
    }

    /**
     * Where the pages of one size are counted: the whole machine, or one NUMA node.
     *
     * @param folder in sysfs
     */
    record Pool(Path folder, long pageSize, Writer writer) {
        long total() throws IOException {
            return read("nr_hugepages", 0);
        }

        long free() throws IOException {
            return read("free_hugepages", 0);
        }

        /** Promised but not touched; nodes do not tell. */
        long reserved() throws IOException {
            return read("resv_hugepages", -1);
        }

        /** How many more the kernel may make on demand; nodes do not tell. */
        long overcommit() throws IOException {
            return read("nr_overcommit_hugepages", 0);
        }

        Path totalFile() {
            return folder.resolve("nr_hugepages");
        }

        private long read(String file, long missing) throws IOException {
            try {
                return Long.parseLong(Files.readString(folder.resolve(file)).strip());
            } catch (NoSuchFileException e) {
                return missing;
            }
        }

        /** Asks the kernel for that many pages; it may give fewer, so read {@link #total} afterwards. */
        void resize(long pages) throws IOException {
            Path file = totalFile();
            try {
                writer.write(file, pages);
            } catch (AccessDeniedException e) {
                throw new IOException(
                        "changing the number of hugepages needs root: run  echo " + pages + " | sudo tee " + file, e);
            } catch (FileSystemException e) {
                throw new IOException(
                        file + " cannot be written (" + e.getReason() + "): run  echo " + pages + " | sudo tee " + file
                                + "  on the host, outside of any container",
                        e);
            } catch (IOException e) {
                throw new IOException(
                        "the kernel refuses " + pages + " pages in " + file + " (" + e.getMessage()
                                + "): reserve them at boot with " + bootParameters(pages),
                        e);
            }
        }

        String bootParameters(long pages) {
            return "hugepagesz=" + (pageSize >> 10) + "K hugepages=" + pages;
        }
    }

    /** The pages of one size on the whole machine. */
    Pool machine(long pageSize) {
        return new Pool(root.resolve("sys/kernel/mm/hugepages").resolve(folder(pageSize)), pageSize, writer);
    }

    /** The pages of one size on one node. */
    Pool node(int node, long pageSize) {
        return new Pool(
                nodes().resolve("node" + node).resolve("hugepages").resolve(folder(pageSize)), pageSize, writer);
    }

    private static String folder(long pageSize) {
        return "hugepages-" + (pageSize >> 10) + "kB";
    }

    private Path nodes() {
        return root.resolve("sys/devices/system/node");
    }

    /** Sizes of hugepages that this kernel knows; empty when it has none. */
    SortedSet<Long> pageSizes() throws IOException {
        SortedSet<Long> sizes = new TreeSet<>();
        for (long kibibytes : numbers(root.resolve("sys/kernel/mm/hugepages"), SIZE_FOLDER)) {
            sizes.add(kibibytes << 10);
        }
        return sizes;
    }

    /** NUMA nodes that count hugepages; empty on a kernel without NUMA. */
    SortedSet<Integer> nodeNumbers() throws IOException {
        SortedSet<Integer> numbers = new TreeSet<>();
        for (long number : numbers(nodes(), NODE_FOLDER)) {
            if (Files.isDirectory(nodes().resolve("node" + number).resolve("hugepages"))) {
                numbers.add((int) number);
            }
        }
        return numbers;
    }

    /** Numbers for people. */
    static String list(SortedSet<Integer> numbers) {
        return String.join(", ", numbers.stream().map(String::valueOf).toList());
    }

    private static SortedSet<Long> numbers(Path folder, Pattern pattern) throws IOException {
        SortedSet<Long> numbers = new TreeSet<>();
        try (Stream<Path> entries = Files.list(folder)) {
            entries.map(entry -> pattern.matcher(entry.getFileName().toString()))
                    .filter(Matcher::matches)
                    .forEach(matcher -> numbers.add(Long.parseLong(matcher.group(1))));
        } catch (NoSuchFileException e) {
            // The kernel was built without it.
        }
        return numbers;
    }

    /**
     * Checks a page size, 0 standing for the kernel's default.
     *
     * @throws IOException if the kernel does not know it; the message names those it knows
     */
    long pageSize(long wanted) throws IOException {
        SortedSet<Long> sizes = pageSizes();
        if (sizes.isEmpty()) {
            throw new IOException(
                    "this kernel has no hugepages: it needs CONFIG_HUGETLBFS and a processor that has them");
        }
        long size = wanted == 0 ? memory("Hugepagesize") : wanted;
        if (!sizes.contains(size)) {
            throw new IOException("the kernel knows no hugepages of " + ByteSize.format(size) + ": choose among "
                    + String.join(", ", sizes.stream().map(ByteSize::format).toList()));
        }
        return size;
    }

    /** Ordinary memory that can be had without swapping, in bytes. */
    long availableMemory() throws IOException {
        return memory("MemAvailable");
    }

    private long memory(String key) throws IOException {
        for (String line : Files.readAllLines(root.resolve("proc/meminfo"))) {
            Matcher matcher = MEMINFO.matcher(line);
            if (matcher.matches() && matcher.group(1).equals(key)) {
                return Long.parseLong(matcher.group(2)) << 10;
            }
        }
        throw new IOException(root.resolve("proc/meminfo") + " does not tell " + key);
    }
}
