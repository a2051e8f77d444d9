// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

/**
 * What the kernel knows of a file system.
 *
 * @param type one of the numbers of uapi/linux/magic.h
 * @param blockSize in bytes; on hugetlbfs the size of a page
 */
public record FileSystemStatus(long type, long blockSize) {
    /** Type of a file system of huge pages. */
    public static final long HUGETLBFS_MAGIC = 0x958458f6L;

    /** Type of a file system in memory: tmpfs, /dev/shm. */
    public static final long TMPFS_MAGIC = 0x01021994L;

    /** Type of a file system in memory without a limit. */
    public static final long RAMFS_MAGIC = 0x858458f6L;

    /** Whether files there live in memory only, so that nobody ever waits for a device. */
    public boolean isInMemory() {
        return type == TMPFS_MAGIC || type == RAMFS_MAGIC || isHugetlbfs();
    }

    public boolean isHugetlbfs() {
        return type == HUGETLBFS_MAGIC;
    }
}
