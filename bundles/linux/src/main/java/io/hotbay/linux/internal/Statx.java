// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

import static io.hotbay.linux.internal.Kernel.LIBC;

import io.hotbay.linux.DirectIo;
import io.hotbay.linux.FileStatus;
import io.hotbay.linux.LinuxException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** struct statx (uapi/linux/stat.h): unlike struct stat it looks the same on every architecture. */
public final class Statx {
    private static final int BLOCK_SIZE = 4;
    private static final int UID = 20;
    private static final int GID = 24;
    private static final int MODE = 28;
    private static final int INODE = 32;
    private static final int SIZE = 40;
    private static final int BLOCKS = 48;
    private static final int RDEV_MAJOR = 128;
    private static final int RDEV_MINOR = 132;
    private static final int DEVICE_MAJOR = 136;
    private static final int DEVICE_MINOR = 140;
    private static final int DIRECT_MEMORY_ALIGNMENT = 152;
    private static final int DIRECT_OFFSET_ALIGNMENT = 156;
    private static final int MASK = 0;
    /** Bytes of a block, whatever the file system's own blocks are. */
    private static final int BLOCK = 512;

    private static final int LENGTH = 256;

    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final int STATX_DIOALIGN = 0x2000;
    private static final int AT_FDCWD = -100;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final byte[] EMPTY_PATH = {0};

    private Statx() {}

    /** Of a path itself: a symbolic link is not followed. */
    public static FileStatus of(Path path) throws LinuxException {
        byte[] name = Kernel.path(path);
        NativeMemory result = new NativeMemory(LENGTH);
        Kernel.call(
                "statx",
                path,
                () -> LIBC.statx(AT_FDCWD, name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, result.address()));
        return read(result.bytes());
    }

    public static FileStatus of(int descriptor) throws LinuxException {
        NativeMemory result = new NativeMemory(LENGTH);
        Kernel.call(
                "statx",
                "descriptor " + descriptor,
                () -> LIBC.statx(descriptor, EMPTY_PATH, AT_EMPTY_PATH, STATX_BASIC_STATS, result.address()));
        return read(result.bytes());
    }

    /** What direct I/O on a file needs, or null if the kernel does not tell. */
    public static DirectIo directIo(int descriptor) throws LinuxException {
        NativeMemory result = new NativeMemory(LENGTH);
        Kernel.call(
                "statx",
                "descriptor " + descriptor,
                () -> LIBC.statx(descriptor, EMPTY_PATH, AT_EMPTY_PATH, STATX_DIOALIGN, result.address()));
        ByteBuffer bytes = result.bytes();
        boolean told = (bytes.getInt(MASK) & STATX_DIOALIGN) != 0;
        return told ? new DirectIo(bytes.getInt(DIRECT_MEMORY_ALIGNMENT), bytes.getInt(DIRECT_OFFSET_ALIGNMENT)) : null;
    }

    private static FileStatus read(ByteBuffer bytes) {
        return new FileStatus(
                DeviceNumber.of(bytes.getInt(DEVICE_MAJOR), bytes.getInt(DEVICE_MINOR)),
                bytes.getLong(INODE),
                Short.toUnsignedInt(bytes.getShort(MODE)),
                bytes.getInt(UID),
                bytes.getInt(GID),
                DeviceNumber.of(bytes.getInt(RDEV_MAJOR), bytes.getInt(RDEV_MINOR)),
                bytes.getLong(SIZE),
                Integer.toUnsignedLong(bytes.getInt(BLOCK_SIZE)),
                bytes.getLong(BLOCKS) * BLOCK);
    }
}
