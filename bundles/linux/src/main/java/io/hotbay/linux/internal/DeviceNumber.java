// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

/** Device numbers as the C library packs them into 64 bits (makedev(3)). */
public final class DeviceNumber {
    private DeviceNumber() {}

    public static long of(int major, int minor) {
        return (major & 0xfffff000L) << 32 | (major & 0xfffL) << 8 | (minor & 0xffffff00L) << 12 | minor & 0xffL;
    }

    public static int major(long device) {
        return (int) (device >>> 32 & 0xfffff000L | device >>> 8 & 0xfff);
    }

    public static int minor(long device) {
        return (int) (device >>> 12 & 0xffffff00L | device & 0xff);
    }
}
