// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static io.hotbay.linux.internal.Kernel.HOT;
import static io.hotbay.linux.internal.Kernel.LIBC;

import io.hotbay.linux.internal.IoVector;
import io.hotbay.linux.internal.Kernel;
import io.hotbay.linux.internal.NativeMemory;
import io.hotbay.linux.internal.PollDescriptors;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;

/** A counter in the kernel by which one thread or process wakes another (eventfd(2)). */
public final class EventFd implements AutoCloseable {
    // uapi/linux/eventfd.h, uapi/linux/fs.h
    private static final int EFD_CLOEXEC = 0x80000;
    private static final int EFD_NONBLOCK = 0x800;
    private static final int RWF_NOWAIT = 8;

    /** Others may wait for room too, and be quicker to fill it: so often it is emptied in a row. */
    private static final int WRITERS = 1000;

    /** preadv2(2): where files without positions are read. */
    private static final long NO_POSITION = -1;

    /** What each signal adds. */
    private static final NativeMemory ONE = new NativeMemory(Long.BYTES);

    private static final VarHandle SIGNALLERS;

    static {
        ONE.bytes().putLong(0, 1);
        try {
            SIGNALLERS = MethodHandles.lookup().findVarHandle(EventFd.class, "signallers", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Descriptor descriptor;

    /** An iovec and the value behind it. */
    private final NativeMemory memory = new NativeMemory(IoVector.LENGTH + Long.BYTES);

    /** Nobody else has it, or it is being watched. */
    private boolean guarded;

    private final boolean foreign;
    /** Threads that write to it, and perhaps wait; counted for somebody else's only. */
    private volatile int signallers;

    private volatile boolean blocked;
    private boolean closed;

    private EventFd(Descriptor descriptor, boolean foreign) {
        this.descriptor = descriptor;
        this.foreign = foreign;
        guarded = !foreign;
        IoVector.write(memory.bytes(), 0, memory.address() + IoVector.LENGTH, Long.BYTES);
    }

    /** Makes a new one, not signalled. */
    public static EventFd create() throws LinuxException {
        int number = (int) Kernel.call("eventfd", null, () -> LIBC.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        return new EventFd(Descriptor.adopt(number), false);
    }

    /** Takes over one that somebody else made, who can do with its counter what he likes. */
    public static EventFd adopt(Descriptor descriptor) {
        return new EventFd(descriptor, true);
    }

    /** Another descriptor of the same counter. */
    public Descriptor duplicate() throws LinuxException {
        return descriptor.duplicate();
    }

    public int number() {
        return descriptor.number();
    }

    /**
     * Signals it, from any thread. Allocates nothing, but for the first time with one of somebody else's.
     *
     * <p>A full counter, which takes 2<sup>64</sup> signals or bad intentions, is left as it is if the descriptor does not block.
     * Otherwise the call waits, for some hundredths of a second: the counter of somebody else's is emptied then, and it is never
     * signalled again.
     */
    public void signal() {
        if (!guarded) {
            guarded = true;
            SignalWatch.add(this);
        }
        if (!foreign) {
            write();
        } else if (!blocked) {
            writeWatched();
        }
    }

    /** First it counts, then it looks whether the watch sleeps; the watch has it the other way round. */
    private void writeWatched() {
        SIGNALLERS.getAndAdd(this, 1);
        try {
            SignalWatch.attend();
            write();
        } finally {
            SIGNALLERS.getAndAdd(this, -1);
        }
    }

    private void write() {
        HOT.write(descriptor.number(), ONE.address(), Long.BYTES);
    }

    /** Whether a thread is about to write to it, or waits for room. Any thread. */
    boolean isBeingSignalled() {
        return signallers > 0;
    }

    /** Whether its counter was found full, so that it is not signalled any more. Any thread. */
    public boolean isBlocked() {
        return blocked;
    }

    /** Empties a counter that is full while somebody writes to it, so that whoever waits for room goes on. Not at the same time as {@link #close}. */
    synchronized void relieve() {
        if (closed) {
            return;
        }
        try {
            for (int i = 0; i < WRITERS && isBeingSignalled() && PollDescriptors.isFull(descriptor.number()); i++) {
                blocked = true;
                // on from here, a writer that comes too late to see that does not wait
                descriptor.doNotWait();
                NativeMemory taken = new NativeMemory(IoVector.LENGTH + Long.BYTES);
                IoVector.write(taken.bytes(), 0, taken.address() + IoVector.LENGTH, Long.BYTES);
                HOT.preadv2(descriptor.number(), taken.address(), 1, NO_POSITION, RWF_NOWAIT);
                Reference.reachabilityFence(taken);
            }
        } catch (LinuxException e) {
            // the next look may tell more
            return;
        }
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
    public synchronized void close() {
        closed = true;
        SignalWatch.remove(this);
        descriptor.close();
    }
}
