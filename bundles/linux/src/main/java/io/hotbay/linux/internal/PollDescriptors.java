// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

import static io.hotbay.linux.internal.Kernel.LIBC;

import io.hotbay.linux.LinuxException;
import java.lang.ref.Reference;

/** Asks what descriptors are ready for: struct pollfd (uapi/asm-generic/poll.h). */
public final class PollDescriptors {
    private static final int SIZE = 8;
    private static final int EVENTS = 4;
    private static final int ARRIVED = 6;
    private static final short POLLIN = 1;
    private static final short POLLOUT = 4;
    private static final int FOREVER = -1;

    private PollDescriptors() {}

    /** Whether there is no room to write to it now. */
    public static boolean isFull(int descriptor) throws LinuxException {
        NativeMemory one = new NativeMemory(SIZE);
        one.bytes().putInt(0, descriptor).putShort(EVENTS, POLLOUT);
        long ready = Kernel.call("poll", null, () -> LIBC.poll(one.address(), 1, 0));
        Reference.reachabilityFence(one);
        return ready == 0;
    }

    /** Waits until one of two descriptors is readable.
     *
     * @return whether the second is readable, whatever the first is */
    public static boolean awaitEither(int first, int second) throws LinuxException {
        NativeMemory both = new NativeMemory(2 * SIZE);
        both.bytes().putInt(0, first).putShort(EVENTS, POLLIN);
        both.bytes().putInt(SIZE, second).putShort(SIZE + EVENTS, POLLIN);
        Kernel.call("poll", null, () -> LIBC.poll(both.address(), 2, FOREVER));
        Reference.reachabilityFence(both);
        return both.bytes().getShort(SIZE + ARRIVED) != 0;
    }
}
