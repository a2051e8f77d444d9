// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

import jnr.ffi.annotations.IgnoreError;
import jnr.ffi.annotations.SaveError;

/**
 * The functions of the C library that the data path calls: through machine code stubs, with nothing but numbers, so
 * that a call allocates nothing. None may ever have six arguments, see {@link Libc}.
 */
public interface HotCalls {
    @IgnoreError
    long write(int descriptor, long address, long length);

    @IgnoreError
    long preadv2(int descriptor, long vector, int count, long position, int flags);

    @IgnoreError
    long pwritev2(int descriptor, long vector, int count, long position, int flags);

    /** Does nothing worth mentioning: for the sake of the way there and back. */
    @IgnoreError
    int getpagesize();

    @IgnoreError
    int timerfd_settime(int timer, int flags, long time, long former);

    @SaveError
    int epoll_wait(int epoll, long events, int limit, int timeoutMillis);
}
