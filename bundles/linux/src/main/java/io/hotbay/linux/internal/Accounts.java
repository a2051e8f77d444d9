// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

import static io.hotbay.linux.internal.Kernel.LIBC;

import io.hotbay.linux.Errno;
import io.hotbay.linux.LinuxException;
import java.lang.ref.Reference;
import java.util.OptionalInt;

/**
 * Numbers of users and groups by name, from wherever the host keeps them. struct passwd and struct group (pwd.h,
 * grp.h) of 64-bit machines both begin with two pointers and then the number that bears the name.
 */
public final class Accounts {
    private static final int NUMBER = 16;
    private static final int LENGTH = 64;
    private static final int FIRST_STRINGS = 4096;
    private static final int LAST_STRINGS = 1 << 20;

    private Accounts() {}

    @FunctionalInterface
    private interface Lookup {
        int find(byte[] name, long entry, long strings, long size, long result);
    }

    public static OptionalInt user(String name) throws LinuxException {
        return find("getpwnam", name, LIBC::getpwnam_r);
    }

    public static OptionalInt group(String name) throws LinuxException {
        return find("getgrnam", name, LIBC::getgrnam_r);
    }

    private static OptionalInt find(String call, String name, Lookup lookup) throws LinuxException {
        NativeMemory entry = new NativeMemory(LENGTH);
        NativeMemory result = new NativeMemory(Long.BYTES);
        int errno = Errno.ERANGE;
        // a group with many members needs more room for its strings than anyone can tell beforehand
        for (int size = FIRST_STRINGS; errno == Errno.ERANGE && size <= LAST_STRINGS; size *= 4) {
            NativeMemory strings = new NativeMemory(size);
            errno = lookup.find(Kernel.string(name), entry.address(), strings.address(), size, result.address());
            Reference.reachabilityFence(strings);
        }
        boolean found = result.bytes().getLong(0) != 0;
        if (found) {
            return OptionalInt.of(entry.bytes().getInt(NUMBER));
        }
        if (errno == 0 || errno == Errno.ENOENT || errno == Errno.ESRCH) {
            return OptionalInt.empty();
        }
        throw new LinuxException(call, name, errno);
    }
}
