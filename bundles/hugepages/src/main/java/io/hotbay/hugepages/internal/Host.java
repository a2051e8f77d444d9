// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import io.hotbay.hugepages.internal.HugetlbfsMounts.Mounter;
import io.hotbay.hugepages.internal.KernelPages.Writer;
import io.hotbay.linux.FileSystem;
import java.nio.file.Path;

/**
 * The machine that hugepages come from; tests bring one of their own.
 *
 * @param root where /sys, /proc, /dev and /mnt are
 * @param sharedMemory a tmpfs, where leases of ordinary memory lie
 * @param mounter mounts
 * @param writer changes page counts
 */
record Host(Path root, Path sharedMemory, Mounter mounter, Writer writer) {
    static final Host THIS = new Host(Path.of("/"), Path.of("/dev/shm"), FileSystem::mount, Writer.SYSFS);
}
