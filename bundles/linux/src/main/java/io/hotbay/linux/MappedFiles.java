// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import io.hotbay.linux.internal.Statfs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The files that were mapped in this process at one moment. With it a {@link Mapping} goes from one owner to another who does not
 * know its object, but only address and length, as after an update of this bundle. What somebody tells about a mapping is believed
 * only as far as the kernel says the same, because a wrong figure would unmap something else; figures of another process among them.
 */
public final class MappedFiles {
    private static final Path MAPS = Path.of("/proc/self/maps");
    /** The kernel adds this to the name of a file that has been removed. */
    private static final String REMOVED = " (deleted)";

    // Fields of a line: range, rights, offset, device, inode, name.
    private static final int RANGE = 0;
    private static final int RIGHTS = 1;
    private static final int OFFSET = 2;
    private static final int INODE = 4;
    private static final int NAME = 5;
    private static final int FIELDS = 6;
    private static final int HEXADECIMAL = 16;

    private static final String SHARED_AND_WRITABLE = "rw-s";

    private record MappedFile(long length, long inode, String name) {}

    private final Map<Long, MappedFile> byAddress;

    private MappedFiles(Map<Long, MappedFile> byAddress) {
        this.byAddress = byAddress;
    }

    /** Those there are now. */
    public static MappedFiles ofThisProcess() throws IOException {
        Map<Long, MappedFile> all = new HashMap<>();
        for (String line : Files.readAllLines(MAPS)) {
            // of some thousand lines a few are wanted, and rings may wait for them
            if (!line.contains(SHARED_AND_WRITABLE)) {
                continue;
            }
            String[] fields = line.split(" +", FIELDS);
            if (fields.length == FIELDS && fields[RIGHTS].equals(SHARED_AND_WRITABLE) && isZero(fields[OFFSET])) {
                int dash = fields[RANGE].indexOf('-');
                long start = Long.parseUnsignedLong(fields[RANGE], 0, dash, HEXADECIMAL);
                long end = Long.parseUnsignedLong(fields[RANGE], dash + 1, fields[RANGE].length(), HEXADECIMAL);
                all.put(start, new MappedFile(end - start, Long.parseLong(fields[INODE]), fields[NAME]));
            }
        }
        return new MappedFiles(all);
    }

    private static boolean isZero(String offset) {
        return Long.parseUnsignedLong(offset, HEXADECIMAL) == 0;
    }

    /**
     * Takes over a mapping that was {@link Mapping#release released} in this process. Each can be taken over once.
     *
     * @param address of its first byte
     * @param length in bytes
     * @param file what it is a mapping of, from the file's beginning on; the file may have been removed since, its directory may not
     * @param inode number of the file
     * @return nothing if it is not exactly this file that is mapped exactly there
     */
    public Optional<Mapping> adopt(long address, long length, Path file, long inode) throws IOException {
        MappedFile mapped = byAddress.get(address);
        if (mapped == null || mapped.length != length || mapped.inode != inode || !isNameOf(mapped.name, file)) {
            return Optional.empty();
        }
        byAddress.remove(address);
        boolean huge = Statfs.of(file.getParent()).isHugetlbfs();
        return Optional.of(Mapping.adopt(length + " bytes of " + file, huge, address, length));
    }

    /** The kernel tells names without symbolic links. */
    private static boolean isNameOf(String name, Path file) throws IOException {
        Path directory = file.getParent();
        if (!Files.isDirectory(directory)) {
            return false;
        }
        String real = directory.toRealPath().resolve(file.getFileName()).toString();
        return name.equals(real) || name.equals(real + REMOVED);
    }
}
