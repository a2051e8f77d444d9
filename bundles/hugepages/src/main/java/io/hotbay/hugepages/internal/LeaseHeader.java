// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * What is written down about a lease, so that the next start can tell whether a file is whole and ours: a few lines of text, the
 * last one of which is the checksum of all lines before it.
 *
 * @param name of the lease
 * @param file the file that is its memory
 * @param inode number of that file, so that another file in its place is noticed
 * @param size usable bytes
 * @param length bytes the file may have at most: more than the pages that {@code size} needs only while a resize is under way
 * @param pageSize of the file system, in bytes
 * @param node NUMA node that was asked for, or -1 for any
 * @param id tells this lease from earlier ones of the same name
 */
record LeaseHeader(String name, Path file, long inode, long size, long length, long pageSize, int node, UUID id) {
    private static final String MAGIC = "hotbay-lease";
    private static final String VERSION = "1";
    private static final String CHECKSUM = "crc32c=";

    /** The text is no header, or not a whole one. */
    static final class DamagedException extends Exception {
        private static final long serialVersionUID = 1L;

        DamagedException(String problem) {
            super(problem);
        }
    }

    /** The same lease with another size. */
    LeaseHeader resized(long newSize, long newLength) {
        return new LeaseHeader(name, file, inode, newSize, newLength, pageSize, node, id);
    }

    /** Whole pages that its size needs, in bytes. */
    long needed() {
        return roundedUp(size, pageSize);
    }

    static long roundedUp(long size, long pageSize) {
        return (size + pageSize - 1) / pageSize * pageSize;
    }

    /** As it is written to a file. */
    String text() {
        String content = String.join(
                "\n",
                MAGIC + " " + VERSION,
                "name=" + name,
                "file=" + file,
                "inode=" + inode,
                "size=" + size,
                "length=" + length,
                "page_size=" + pageSize,
                "node=" + node,
                "id=" + id,
                "");
        return content + CHECKSUM + checksum(content) + "\n";
    }

    private static String checksum(String content) {
        CRC32C checksum = new CRC32C();
        checksum.update(content.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", checksum.getValue());
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @throws DamagedException if it is anything else; the message goes after "its header"
     */
    static LeaseHeader parse(String text) throws DamagedException {
        String[] first = text.split("\n", 2)[0].split(" ");
        if (first.length != 2 || !first[0].equals(MAGIC)) {
            throw new DamagedException("is none of Hotbay's");
        }
        int end = text.lastIndexOf(CHECKSUM);
        if (end < 0 || !text.substring(end).equals(CHECKSUM + checksum(text.substring(0, end)) + "\n")) {
            throw new DamagedException("is damaged: its checksum is wrong");
        }
        if (!first[1].equals(VERSION)) {
            throw new DamagedException("has version " + first[1] + ", this Hotbay knows version " + VERSION);
        }
        Lines lines = new Lines(text.split("\n"));
        try {
            LeaseHeader header = new LeaseHeader(
                    lines.next("name="),
                    Path.of(lines.next("file=")),
                    Long.parseLong(lines.next("inode=")),
                    Long.parseLong(lines.next("size=")),
                    Long.parseLong(lines.next("length=")),
                    Long.parseLong(lines.next("page_size=")),
                    Integer.parseInt(lines.next("node=")),
                    UUID.fromString(lines.next("id=")));
            header.check();
            return header;
        } catch (IllegalArgumentException e) {
            throw new DamagedException("is damaged: " + e.getMessage());
        }
    }

    private void check() throws DamagedException {
        boolean sane = LeaseName.isValid(name)
                && size > 0
                && pageSize > 0
                && size <= LeasedHugepages.LARGEST
                && length >= needed()
                && length % pageSize == 0;
        if (!sane) {
            throw new DamagedException("is damaged: its figures contradict each other");
        }
    }

    /** The lines in their fixed order, the first one skipped. */
    private static final class Lines {
        private final String[] lines;
        private int index = 1;

        Lines(String[] lines) {
            this.lines = lines;
        }

        String next(String key) throws DamagedException {
            if (index >= lines.length || !lines[index].startsWith(key)) {
                throw new DamagedException("is damaged: " + key.replace("=", "") + " is missing");
            }
            return lines[index++].substring(key.length());
        }
    }
}
