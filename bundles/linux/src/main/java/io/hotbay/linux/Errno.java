// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

/** Error numbers of the kernel, the same on x86-64 and aarch64 (uapi/asm-generic/errno-base.h and errno.h). */
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EFAULT = 14;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int EXDEV = 18;
    public static final int ENODEV = 19;
    public static final int ENOTDIR = 20;
    public static final int EISDIR = 21;
    public static final int EINVAL = 22;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int ENOTTY = 25;
    public static final int EFBIG = 27;
    public static final int ENOSPC = 28;
    public static final int EROFS = 30;
    public static final int EPIPE = 32;
    public static final int ERANGE = 34;
    public static final int ENAMETOOLONG = 36;
    public static final int ENOSYS = 38;
    public static final int ELOOP = 40;
    public static final int EPROTOTYPE = 91;
    /** EOPNOTSUPP has the same number. */
    public static final int ENOTSUP = 95;

    public static final int EADDRINUSE = 98;
    public static final int ECONNRESET = 104;
    public static final int ENOBUFS = 105;
    public static final int ENOTCONN = 107;
    public static final int ECONNREFUSED = 111;

    private Errno() {}

    /** Name of an error, {@code EPERM} for example; {@code errno 4711} for one without a name. */
    public static String name(int errno) {
        jnr.constants.platform.Errno known = jnr.constants.platform.Errno.valueOf(errno);
        return isKnown(known) ? known.name() : "errno " + errno;
    }

    /** What the error means, {@code Operation not permitted} for example. */
    public static String text(int errno) {
        jnr.constants.platform.Errno known = jnr.constants.platform.Errno.valueOf(errno);
        return isKnown(known) ? known.description() : "Unknown error";
    }

    private static boolean isKnown(jnr.constants.platform.Errno errno) {
        return errno != jnr.constants.platform.Errno.__UNKNOWN_CONSTANT__;
    }
}
