// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * Writes an archive in cpio's "new ASCII" format, the one the kernel unpacks as its first file system
 * (Documentation/driver-api/early-userspace/buffer-format.rst). Directories above a member are made as needed.
 *
 * <pre>
 *   header: "070701", then 13 fields of 8 hexadecimal digits:
 *   inode | mode | uid | gid | links | mtime | size | device (2) | special device (2) | name size | checksum
 *   name, NUL, padding to 4 | data, padding to 4
 * </pre>
 */
final class CpioArchive implements AutoCloseable {
    private static final String MAGIC = "070701";
    private static final String TRAILER = "TRAILER!!!";
    private static final int DIRECTORY = 0040755;
    private static final int SYMBOLIC_LINK = 0120777;
    private static final int REGULAR = 0100000;

    private final OutputStream target;
    private final Set<String> directories = new HashSet<>();
    private int inode = 1;
    private long position;

    CpioArchive(OutputStream target) {
        this.target = new BufferedOutputStream(target);
    }

    void directory(String name) throws IOException {
        if (name.isEmpty() || !directories.add(name)) {
            return;
        }
        parents(name);
        member(name, DIRECTORY, new byte[0]);
    }

    void file(String name, int permissions, byte[] content) throws IOException {
        parents(name);
        member(name, REGULAR | permissions, content);
    }

    void link(String name, String destination) throws IOException {
        parents(name);
        member(name, SYMBOLIC_LINK, destination.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        inode = 0;
        member(TRAILER, 0, new byte[0]);
        target.close();
    }

    private void parents(String name) throws IOException {
        int slash = name.lastIndexOf('/');
        if (slash > 0) {
            directory(name.substring(0, slash));
        }
    }

    private void member(String name, int mode, byte[] content) throws IOException {
        byte[] path = name.getBytes(StandardCharsets.UTF_8);
        StringBuilder header = new StringBuilder(MAGIC);
        field(header, inode++);
        field(header, mode);
        field(header, 0);
        field(header, 0);
        field(header, 1);
        field(header, 0);
        field(header, content.length);
        field(header, 0);
        field(header, 0);
        field(header, 0);
        field(header, 0);
        field(header, path.length + 1);
        field(header, 0);
        write(header.toString().getBytes(StandardCharsets.US_ASCII));
        write(path);
        write(new byte[1]);
        pad();
        write(content);
        pad();
    }

    private static void field(StringBuilder header, int value) {
        header.append(String.format("%08x", value));
    }

    private void write(byte[] bytes) throws IOException {
        target.write(bytes);
        position += bytes.length;
    }

    private void pad() throws IOException {
        write(new byte[(int) (-position & 3)]);
    }
}
