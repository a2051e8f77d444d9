// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static io.hotbay.linux.internal.Kernel.LIBC;

import io.hotbay.linux.internal.Kernel;

/** Makes files that live in memory and have no path. They can be sealed. */
public final class Memfd {
    // uapi/linux/memfd.h
    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int MFD_HUGETLB = 4;
    private static final int MFD_HUGE_SHIFT = 26;

    private Memfd() {}

    /**
     * Makes a file of ordinary pages.
     *
     * @param name for people: shows in /proc/PID/fd
     */
    public static Descriptor create(String name, long size) throws LinuxException {
        return create(name, size, 0);
    }

    /**
     * Makes a file of huge pages. They are taken from the pool when the file is populated.
     *
     * @param size a multiple of the page size
     * @param pageSize one of the sizes the machine has
     */
    public static Descriptor createHuge(String name, long size, long pageSize) throws LinuxException {
        if (Long.bitCount(pageSize) != 1) {
            throw new IllegalArgumentException(pageSize + " is no page size: pages have a power of two of bytes");
        }
        return create(name, size, MFD_HUGETLB | Long.numberOfTrailingZeros(pageSize) << MFD_HUGE_SHIFT);
    }

    private static Descriptor create(String name, long size, int kind) throws LinuxException {
        byte[] label = Kernel.string(name);
        int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING | kind;
        Descriptor file =
                Descriptor.adopt((int) Kernel.call("memfd_create", name, () -> LIBC.memfd_create(label, flags)));
        try {
            file.truncate(size);
            return file;
        } catch (LinuxException e) {
            file.close();
            throw e;
        }
    }
}
