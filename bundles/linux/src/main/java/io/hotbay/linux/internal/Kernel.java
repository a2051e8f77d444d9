// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

import io.hotbay.linux.Errno;
import io.hotbay.linux.LinuxException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.LongSupplier;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;

/**
 * The way into the kernel. The C library is bound, once, when this class is first used: that takes a fifth of a second.
 */
public final class Kernel {
    public static final Libc LIBC;
    public static final HotCalls HOT;
    private static final Runtime RUNTIME;

    /** How java.nio.file turns names into bytes; anything else would name other files. */
    private static final Charset FILE_NAMES = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

    static {
        LIBC = bind(Libc.class);
        HOT = bind(HotCalls.class);
        RUNTIME = Runtime.getRuntime(LIBC);
    }

    private Kernel() {}

    /** Binds further functions of the C library. */
    public static <T> T bind(Class<T> functions) {
        return LibraryLoader.create(functions).load("c");
    }

    /**
     * Calls, again while signals interrupt it, and turns -1 into an exception.
     *
     * @param name of the call, as the manual has it
     * @param subject what the call is about, for the message; may be null
     */
    public static long call(String name, Object subject, LongSupplier call) throws LinuxException {
        while (true) {
            long result = call.getAsLong();
            if (result != -1) {
                return result;
            }
            int errno = errno();
            if (errno != Errno.EINTR) {
                throw new LinuxException(name, subject, errno);
            }
        }
    }

    /** The error of this thread's last failed call. */
    public static int errno() {
        return RUNTIME.getLastError();
    }

    /** A path as the C library wants it. */
    public static byte[] path(Path path) {
        return string(path.toString());
    }

    /** A text as the C library wants it, with a zero at its end; null stays null. */
    public static byte[] string(String text) {
        if (text == null) {
            return null;
        }
        byte[] bytes = text.getBytes(FILE_NAMES);
        return Arrays.copyOf(bytes, bytes.length + 1);
    }
}
