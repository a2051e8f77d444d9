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

    public boolean isHugetlbfs() {
        return type == HUGETLBFS_MAGIC;
    }
}
