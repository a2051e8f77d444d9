// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

/** Figures that differ between the two architectures this runs on. */
public final class Architecture {
    private static final boolean X86_64 = "amd64".equals(System.getProperty("os.arch"));

    // asm-generic/fcntl.h, and arm64's uapi/asm/fcntl.h, which swaps them
    public static final int O_DIRECT = X86_64 ? 0x4000 : 0x10000;
    public static final int O_DIRECTORY = X86_64 ? 0x10000 : 0x4000;
    public static final int O_NOFOLLOW = X86_64 ? 0x20000 : 0x8000;

    /** asm/unistd_64.h; asm-generic/unistd.h. */
    public static final long SYS_MBIND = X86_64 ? 237 : 235;

    public static final long SYS_KCMP = X86_64 ? 312 : 272;

    /** struct epoll_event is packed on x86-64 only (EPOLL_PACKED in uapi/linux/eventpoll.h). */
    public static final int EPOLL_EVENT_SIZE = X86_64 ? 12 : 16;

    public static final int EPOLL_EVENT_DATA = X86_64 ? 4 : 8;

    private Architecture() {}
}
