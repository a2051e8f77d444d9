// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

import jnr.ffi.provider.jffi.NoX86;

/**
 * System calls of the data path that have too many arguments for {@link HotCalls}. With six numbers a call still allocates
 * nothing; with a seventh it would.
 */
@NoX86
public interface LongCalls {
    /** What a system call would take as its sixth argument is not given, so it must be one that does not look at it. */
    long syscall(long number, long first, long second, long third, long fourth, long fifth);
}
