// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static io.hotbay.linux.internal.Kernel.HOT;
import static io.hotbay.linux.internal.Kernel.LIBC;

import io.hotbay.linux.internal.IoVector;
import io.hotbay.linux.internal.Kernel;
import io.hotbay.linux.internal.NativeMemory;

/** A counter in the kernel by which one thread or process wakes another (eventfd(2)). */
public final class EventFd implements AutoCloseable {
    // uapi/linux/eventfd.h, uapi/linux/fs.h
    private static final int EFD_CLOEXEC = 0x80000;
    private static final int EFD_NONBLOCK = 0x800;
    private static final int RWF_NOWAIT = 8;

    /** preadv2(2): where files without positions are read. */
    private static final long NO_POSITION = -1;

    /** What each signal adds. */
    private static final NativeMemory ONE = new NativeMemory(Long.BYTES);

    static {
        ONE.bytes().putLong(0, 1);
    }

    private final Descriptor descriptor;

    /** An iovec and the value behind it. */
    private final NativeMemory memory = new NativeMemory(IoVector.LENGTH + Long.BYTES);

    private EventFd(Descriptor descriptor) {
        this.descriptor = descriptor;
        IoVector.write(memory.bytes(), 0, memory.address() + IoVector.LENGTH, Long.BYTES);
    }

    /** Makes a new one, not signalled. */
    public static EventFd create() throws LinuxException {
        int number = (int) Kernel.call("eventfd", null, () -> LIBC.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        return new EventFd(Descriptor.adopt(number));
    }

    /** Takes over one that somebody else made. */
    public static EventFd adopt(Descriptor descriptor) {
        return new EventFd(descriptor);
    }

    /** Another descriptor of the same counter. */
    public Descriptor duplicate() throws LinuxException {
        return descriptor.duplicate();
    }

    public int number() {
        return descriptor.number();
    }

    /** Signals it, from any thread. Allocates nothing. A full counter is left as it is: it is signalled already. */
    public void signal() {
        HOT.write(descriptor.number(), ONE.address(), Long.BYTES);
    }

    /**
     * Takes all signals, on one thread at a time. Allocates nothing, and never waits: whether the descriptor is
     * blocking is up to the peer it came from, who may change that at any time, so each call says for itself that it
     * will not wait.
     *
     * @return sum of the signals; 0 when there were none
     */
    public long drain() {
        long length = HOT.preadv2(descriptor.number(), memory.address(), 1, NO_POSITION, RWF_NOWAIT);
        return length == Long.BYTES ? memory.bytes().getLong(IoVector.LENGTH) : 0;
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
