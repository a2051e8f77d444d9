// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static io.hotbay.linux.internal.Kernel.HOT;
import static io.hotbay.linux.internal.Kernel.LIBC;

import io.hotbay.linux.internal.EpollEvents;
import io.hotbay.linux.internal.Kernel;

/** Waits for many descriptors at once (epoll(7)). One thread waits; any thread may add and remove. */
public final class Epoll implements AutoCloseable {
    // uapi/linux/eventpoll.h
    public static final int IN = 1;
    public static final int OUT = 4;
    public static final int ERR = 8;
    public static final int HUP = 0x10;
    public static final int EDGE = 1 << 31;

    private static final int EPOLL_CLOEXEC = 0x80000;
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int EPOLL_CTL_MOD = 3;

    /** Events fetched at once; what is left over comes with the next call. */
    private static final int BATCH = 64;

    private final Descriptor descriptor;
    private final EpollEvents arrived = new EpollEvents(BATCH);
    private final EpollEvents wanted = new EpollEvents(1);

    private Epoll(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    public static Epoll create() throws LinuxException {
        int number = (int) Kernel.call("epoll_create1", null, () -> LIBC.epoll_create1(EPOLL_CLOEXEC));
        return new Epoll(Descriptor.adopt(number));
    }

    /**
     * Begins to watch a descriptor.
     *
     * @param events what to watch for: {@link #IN}, {@link #OUT}, with {@link #EDGE} only when that begins
     * @param token comes back with each of its events
     */
    public void add(int descriptor, int events, long token) throws LinuxException {
        control(EPOLL_CTL_ADD, descriptor, events, token);
    }

    /** Changes what a watched descriptor is watched for, and its token. */
    public void modify(int descriptor, int events, long token) throws LinuxException {
        control(EPOLL_CTL_MOD, descriptor, events, token);
    }

    private synchronized void control(int operation, int watched, int events, long token) throws LinuxException {
        wanted.set(0, events, token);
        int epoll = descriptor.number();
        Kernel.call(
                "epoll_ctl",
                "descriptor " + watched,
                () -> LIBC.epoll_ctl(epoll, operation, watched, wanted.address()));
    }

    /** Ends to watch a descriptor; nothing happens if it is not watched. */
    public void remove(int descriptor) {
        LIBC.epoll_ctl(this.descriptor.number(), EPOLL_CTL_DEL, descriptor, 0);
    }

    /**
     * Waits until something happens. Allocates nothing.
     *
     * @param timeoutMillis how long at most; 0 only looks, -1 waits for ever
     * @return number of events; 0 also when a signal came
     */
    public int await(int timeoutMillis) throws LinuxException {
        int count = HOT.epoll_wait(descriptor.number(), arrived.address(), BATCH, timeoutMillis);
        return count >= 0 ? count : failed();
    }

    private int failed() throws LinuxException {
        int errno = Kernel.errno();
        if (errno != Errno.EINTR) {
            throw new LinuxException("epoll_wait", descriptor, errno);
        }
        return 0;
    }

    /** Number of its own descriptor, which is readable when one of the watched ones is ready. */
    public int number() {
        return descriptor.number();
    }

    /** Whose event it is. */
    public long token(int index) {
        return arrived.token(index);
    }

    /** What happened: {@link #IN}, {@link #OUT}, {@link #ERR}, {@link #HUP}. */
    public int events(int index) {
        return arrived.events(index);
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
