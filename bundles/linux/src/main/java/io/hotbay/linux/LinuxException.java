// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import java.io.IOException;

/** A system call that failed. The message has the call, what it was about, and what the kernel said. */
public final class LinuxException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final int errno;

    /**
     * Describes a failure.
     *
     * @param call name of the call, as the manual has it
     * @param subject what it was about, a path for example; null if nothing in particular
     * @param errno what went wrong
     */
    public LinuxException(String call, Object subject, int errno) {
        super(call + (subject == null ? "" : " " + subject) + ": " + Errno.text(errno) + " (" + Errno.name(errno)
                + ")");
        this.call = call;
        this.errno = errno;
    }

    /** Name of the call, as the manual has it. */
    public String call() {
        return call;
    }

    /** Number of the error, one of the constants of {@link Errno}. */
    public int errno() {
        return errno;
    }

    /** Name of the error, {@code EPERM} for example. */
    public String errnoName() {
        return Errno.name(errno);
    }
}
