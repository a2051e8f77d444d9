// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static io.hotbay.linux.internal.Kernel.HOT;
import static io.hotbay.linux.internal.Kernel.LIBC;

import io.hotbay.linux.internal.Kernel;
import io.hotbay.linux.internal.NativeMemory;

/** A descriptor that becomes readable when a time has passed (timerfd(2)). Used by one thread at a time. */
public final class TimerFd implements AutoCloseable {
    // uapi/linux/time.h, uapi/linux/timerfd.h
    private static final int CLOCK_MONOTONIC = 1;
    private static final int TFD_CLOEXEC = 0x80000;
    private static final int TFD_NONBLOCK = 0x800;

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /** An itimerspec: interval and value, each in seconds and nanoseconds. The interval stays 0, so it goes off once. */
    private static final int VALUE_SECONDS = 2 * Long.BYTES;

    private static final int VALUE_NANOS = 3 * Long.BYTES;
    private static final int LENGTH = 4 * Long.BYTES;

    private final Descriptor descriptor;
    private final NativeMemory time = new NativeMemory(LENGTH);

    private TimerFd(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /** Makes one that is not set. */
    public static TimerFd create() throws LinuxException {
        int number = (int) Kernel.call(
                "timerfd_create", null, () -> LIBC.timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
        return new TimerFd(Descriptor.adopt(number));
    }

    public int number() {
        return descriptor.number();
    }

    /**
     * Has it go off once, and forgets what was set before. Allocates nothing.
     *
     * @param nanos from now, at least 1
     */
    public void set(long nanos) {
        settime(nanos / NANOS_PER_SECOND, nanos % NANOS_PER_SECOND);
    }

    /** Has it not go off. Allocates nothing. */
    public void clear() {
        settime(0, 0);
    }

    private void settime(long seconds, long nanos) {
        time.bytes().putLong(VALUE_SECONDS, seconds).putLong(VALUE_NANOS, nanos);
        HOT.timerfd_settime(descriptor.number(), 0, time.address(), 0);
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
