// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static io.hotbay.linux.internal.Kernel.LIBC;
import static io.hotbay.linux.internal.UringLayout.*;

import io.hotbay.linux.internal.Kernel;
import io.hotbay.linux.internal.LongCalls;
import io.hotbay.linux.internal.NativeMemory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Hands file requests to the kernel without waiting for them (io_uring(7)). For one thread, the one that made it: only that one
 * may submit, and on its time the kernel finishes what it can. Nothing is allocated for a request.
 *
 * <pre>
 *   readv(…) writev(…) …  → prepared ──submit()──▶ under way ──next()──▶ tag(), result()
 * </pre>
 */
public final class IoUring implements AutoCloseable {
    private static final LongCalls CALLS = Kernel.bind(LongCalls.class);

    /**
     * How many requests of a thread, over all its rings, may wait inside the kernel at a time. What has to wait for a file system or a lock
     * does so in a worker of the kernel's, and the rings of a thread share the workers. With as few as the kernel allows by
     * itself, four for each core, one file that stalls would soon stop all others. A worker that is not needed goes away.
     */
    private static final int WORKERS = 1024;

    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final Descriptor descriptor;
    private final int number;
    private final Mapping rings;
    private final Mapping entries;
    private final ByteBuffer ring;
    private final ByteBuffer entry;

    private final int submitTail;
    private final int submitHead;
    private final int submitFlags;
    private final int submitMask;
    private final int completeHead;
    private final int completeTail;
    private final int completeMask;
    private final int completions;

    /** Free-running position behind the last request that was prepared. */
    private int prepared;
    /** Free-running position behind the last request that the kernel was told of. */
    private int told;
    /** Free-running position of the next completion. */
    private int seen;

    private long tag;
    private int result;

    private IoUring(Descriptor descriptor, Mapping rings, Mapping entries, ByteBuffer parameters) {
        this.descriptor = descriptor;
        this.number = descriptor.number();
        this.rings = rings;
        this.entries = entries;
        ring = rings.window(0, (int) rings.length());
        entry = entries.window(0, (int) entries.length());
        submitHead = parameters.getInt(PARAMS_SQ_OFFSETS + SQ_HEAD);
        submitTail = parameters.getInt(PARAMS_SQ_OFFSETS + SQ_TAIL);
        submitFlags = parameters.getInt(PARAMS_SQ_OFFSETS + SQ_FLAGS);
        submitMask = ring.getInt(parameters.getInt(PARAMS_SQ_OFFSETS + SQ_MASK));
        completeHead = parameters.getInt(PARAMS_CQ_OFFSETS + CQ_HEAD);
        completeTail = parameters.getInt(PARAMS_CQ_OFFSETS + CQ_TAIL);
        completeMask = ring.getInt(parameters.getInt(PARAMS_CQ_OFFSETS + CQ_MASK));
        completions = parameters.getInt(PARAMS_CQ_OFFSETS + CQ_ENTRIES);
        int array = parameters.getInt(PARAMS_SQ_OFFSETS + SQ_ARRAY);
        for (int i = 0; i <= submitMask; i++) {
            ring.putInt(array + Integer.BYTES * i, i);
        }
    }

    /**
     * Makes one; on the thread that will use it.
     *
     * @param requests how many can be prepared before {@link #submit()}, at least; twice as many may be under way
     * @throws LinuxException if the kernel has no io_uring, or does not allow it
     */
    public static IoUring create(int requests) throws LinuxException {
        NativeMemory parameters = new NativeMemory(PARAMS_SIZE);
        Descriptor descriptor = setUp(requests, parameters);
        Mapping rings = null;
        try {
            allowWorkers(descriptor);
            ByteBuffer bytes = parameters.bytes();
            int array = bytes.getInt(PARAMS_SQ_OFFSETS + SQ_ARRAY);
            int completionsAt = bytes.getInt(PARAMS_CQ_OFFSETS + CQ_ENTRIES);
            int length = Math.max(
                    array + Integer.BYTES * bytes.getInt(PARAMS_SQ_ENTRIES),
                    completionsAt + CQE_SIZE * bytes.getInt(PARAMS_CQ_ENTRIES));
            rings = Mapping.of(descriptor, OFFSET_RINGS, length);
            Mapping entries = Mapping.of(descriptor, OFFSET_ENTRIES, (long) SQE_SIZE * bytes.getInt(PARAMS_SQ_ENTRIES));
            return new IoUring(descriptor, rings, entries, bytes);
        } catch (LinuxException e) {
            if (rings != null) {
                rings.close();
            }
            descriptor.close();
            throw e;
        } finally {
            Reference.reachabilityFence(parameters);
        }
    }

    private static Descriptor setUp(int requests, NativeMemory parameters) throws LinuxException {
        int plain = SETUP_CLAMP | SETUP_SUBMIT_ALL;
        // Not SETUP_DEFER_TASKRUN: with it nothing wakes whoever watches the descriptor.
        int quick = plain | SETUP_COOP_TASKRUN | SETUP_TASKRUN_FLAG | SETUP_SINGLE_ISSUER;
        try {
            return setUp(requests, quick, parameters);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EINVAL) {
                throw e;
            }
            // Linux before 6.0
            return setUp(requests, plain, parameters);
        }
    }

    private static Descriptor setUp(int requests, int flags, NativeMemory parameters) throws LinuxException {
        parameters.bytes().putInt(PARAMS_FLAGS, flags);
        long created = Kernel.call(
                "io_uring_setup",
                requests + " requests",
                () -> LIBC.syscall(SYS_IO_URING_SETUP, requests, parameters.address(), 0, 0, 0, 0));
        Descriptor descriptor = Descriptor.adopt((int) created);
        int needed = FEATURE_SINGLE_MMAP | FEATURE_NODROP | FEATURE_RW_CUR_POS;
        if ((parameters.bytes().getInt(PARAMS_FEATURES) & needed) != needed) {
            descriptor.close();
            throw new LinuxException("io_uring_setup", "Linux before 5.6", Errno.ENOSYS);
        }
        return descriptor;
    }

    private static void allowWorkers(Descriptor ring) throws LinuxException {
        // for files and block devices; 0 leaves those for sockets and the like as they are
        NativeMemory counts = new NativeMemory(2 * Integer.BYTES);
        counts.bytes().putInt(0, WORKERS);
        try {
            Kernel.call(
                    "io_uring_register IORING_REGISTER_IOWQ_MAX_WORKERS",
                    ring,
                    () -> LIBC.syscall(
                            SYS_IO_URING_REGISTER,
                            ring.number(),
                            REGISTER_IOWQ_MAX_WORKERS,
                            counts.address(),
                            2,
                            0,
                            0));
        } catch (LinuxException e) {
            if (e.errno() != Errno.EINVAL) {
                throw e;
            }
            // Linux before 5.15
        } finally {
            Reference.reachabilityFence(counts);
        }
    }

    /**
     * The descriptor's number. It is readable while there are completions; whoever sleeps on this thread until it is may also be
     * woken by a signal, and finds some too.
     */
    public int number() {
        return number;
    }

    /** How many more requests can be prepared now. */
    public int space() {
        return submitMask + 1 - (prepared - (int) INT.getAcquire(ring, submitHead));
    }

    /**
     * Prepares a read into memory that an array of struct iovec lists; see {@link IoVectors}. Array and memory must stay until it
     * has completed. There is {@linkplain #space() space}, as for every other request.
     *
     * @param tag comes back with its completion
     */
    public void readv(int file, long vectors, int count, long position, long tag) {
        prepare(OP_READV, file, position, vectors, count, 0, tag);
    }

    /** Prepares a write from memory that an array of struct iovec lists. */
    public void writev(int file, long vectors, int count, long position, long tag) {
        prepare(OP_WRITEV, file, position, vectors, count, 0, tag);
    }

    /**
     * Prepares a read into one piece of memory, which must stay until it has completed. Cheaper than {@link #readv}: the kernel has no list
     * to copy and check.
     *
     * @param length bytes, at least 1
     */
    public void read(int file, long address, int length, long position, long tag) {
        prepare(OP_READ, file, position, address, length, 0, tag);
    }

    /** Prepares a write from one piece of memory. */
    public void write(int file, long address, int length, long position, long tag) {
        prepare(OP_WRITE, file, position, address, length, 0, tag);
    }

    /** Prepares to make what has been written durable (fdatasync(2)). */
    public void sync(int file, long tag) {
        prepare(OP_FSYNC, file, 0, 0, 0, FSYNC_DATASYNC, tag);
    }

    /** Prepares fallocate(2). */
    public void allocate(int file, int mode, long position, long length, long tag) {
        prepare(OP_FALLOCATE, file, position, length, mode, 0, tag);
    }

    private void prepare(int operation, int file, long offset, long address, int length, int flags, long newTag) {
        int at = SQE_SIZE * (prepared & submitMask);
        entry.putLong(at + SQE_OPCODE, operation | (long) file << 8 * SQE_FILE);
        entry.putLong(at + SQE_OFFSET, offset);
        entry.putLong(at + SQE_ADDRESS, address);
        entry.putLong(at + SQE_LENGTH, Integer.toUnsignedLong(length) | (long) flags << Integer.SIZE);
        entry.putLong(at + SQE_TAG, newTag);
        entry.putLong(at + SQE_TAG + Long.BYTES, 0);
        entry.putLong(at + SQE_TAG + 2 * Long.BYTES, 0);
        entry.putLong(at + SQE_TAG + 3 * Long.BYTES, 0);
        prepared++;
    }

    /**
     * Tells the kernel of all prepared requests.
     *
     * @return false if it has no room for some of them just now: call again later
     */
    public boolean submit() throws LinuxException {
        INT.setRelease(ring, submitTail, prepared);
        while (told != prepared) {
            long taken = enter(prepared - told, 0);
            if (taken == 0) {
                return false;
            }
            if (taken < 0) {
                int errno = Kernel.errno();
                if (errno == Errno.EAGAIN || errno == Errno.EBUSY) {
                    return false;
                }
                if (errno != Errno.EINTR) {
                    throw new LinuxException("io_uring_enter", descriptor, errno);
                }
            } else {
                told += (int) taken;
            }
        }
        return true;
    }

    private long enter(int requests, int flags) {
        return CALLS.syscall(SYS_IO_URING_ENTER, number, requests, 0, flags, 0);
    }

    /** Goes to the next completion; false if there is none just now. */
    public boolean next() {
        if (seen == (int) INT.getAcquire(ring, completeTail) && !finishMore()) {
            return false;
        }
        int at = completions + CQE_SIZE * (seen & completeMask);
        tag = ring.getLong(at + CQE_TAG);
        result = ring.getInt(at + CQE_RESULT);
        seen++;
        INT.setRelease(ring, completeHead, seen);
        return true;
    }

    /** The kernel leaves the last steps of a request to this thread, and says so by a flag. */
    private boolean finishMore() {
        int flags = (int) INT.getOpaque(ring, submitFlags);
        if ((flags & (SQ_TASKRUN | SQ_CQ_OVERFLOW)) == 0) {
            return false;
        }
        enter(0, ENTER_GETEVENTS);
        return seen != (int) INT.getAcquire(ring, completeTail);
    }

    /** The tag of the completion. */
    public long tag() {
        return tag;
    }

    /** What the system call of the same name would have returned, or an {@link Errno} negated. */
    public int result() {
        return result;
    }

    /** Gives everything back; on its thread, with nothing under way. */
    @Override
    public void close() {
        if (descriptor.isOpen()) {
            entries.close();
            rings.close();
            descriptor.close();
        }
    }
}
