// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import io.hotbay.linux.internal.DeviceNumber;
import io.hotbay.linux.internal.Statx;
import java.nio.file.Path;

/**
 * What the kernel knows of a file.
 *
 * @param device device the file lies on
 * @param inode number of the file there
 * @param mode kind and rights
 * @param uid owner
 * @param gid group
 * @param rdev device the file stands for, when it is a device node
 * @param size in bytes
 * @param blockSize best size for I/O; on hugetlbfs the size of a page
 * @param allocated bytes that are there, not holes; more than the size where the file system needs some itself
 */
public record FileStatus(
        long device, long inode, int mode, int uid, int gid, long rdev, long size, long blockSize, long allocated) {
    // uapi/linux/stat.h
    private static final int S_IFMT = 0xf000;
    private static final int S_IFSOCK = 0xc000;
    private static final int S_IFREG = 0x8000;
    private static final int S_IFBLK = 0x6000;
    private static final int S_IFDIR = 0x4000;
    private static final int RIGHTS = 0xfff;

    /** Of what lies at a path; a symbolic link is not followed. */
    public static FileStatus of(Path path) throws LinuxException {
        return Statx.of(path);
    }

    public boolean isSocket() {
        return kind() == S_IFSOCK;
    }

    public boolean isBlockDevice() {
        return kind() == S_IFBLK;
    }

    public boolean isRegularFile() {
        return kind() == S_IFREG;
    }

    public boolean isDirectory() {
        return kind() == S_IFDIR;
    }

    private int kind() {
        return mode & S_IFMT;
    }

    /** The mode without the kind: rights, and the set-id and sticky bits. */
    public int rights() {
        return mode & RIGHTS;
    }

    /** Whether both are the same file. */
    public boolean isSameFile(FileStatus other) {
        return device == other.device && inode == other.inode;
    }

    /** Major number of the device that a node stands for. */
    public int major() {
        return DeviceNumber.major(rdev);
    }

    /** Minor number of the device that a node stands for. */
    public int minor() {
        return DeviceNumber.minor(rdev);
    }
}
