// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static io.hotbay.linux.internal.Kernel.LIBC;

import io.hotbay.linux.internal.Kernel;
import io.hotbay.linux.internal.NativeMemory;

/**
 * What the kernel knows of a block device.
 *
 * @param size in bytes
 * @param logicalBlockSize smallest unit it reads and writes, in bytes
 * @param physicalBlockSize unit it writes without reading first, in bytes
 */
public record BlockDeviceStatus(long size, int logicalBlockSize, int physicalBlockSize) {
    // uapi/linux/fs.h
    private static final long BLKSSZGET = 0x1268;
    private static final long BLKPBSZGET = 0x127b;
    private static final long BLKGETSIZE64 = 0x8008_1272L;

    /** Of an open block device. */
    public static BlockDeviceStatus of(Descriptor device) throws LinuxException {
        NativeMemory answer = new NativeMemory(Long.BYTES);
        ask("BLKGETSIZE64", device, BLKGETSIZE64, answer);
        long size = answer.bytes().getLong(0);
        ask("BLKSSZGET", device, BLKSSZGET, answer);
        int logical = answer.bytes().getInt(0);
        ask("BLKPBSZGET", device, BLKPBSZGET, answer);
        return new BlockDeviceStatus(size, logical, answer.bytes().getInt(0));
    }

    private static void ask(String name, Descriptor device, long request, NativeMemory answer) throws LinuxException {
        int number = device.number();
        Kernel.call("ioctl " + name, device, () -> LIBC.ioctl(number, request, answer.address()));
    }
}
