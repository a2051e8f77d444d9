// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static io.hotbay.linux.internal.Kernel.LIBC;

import io.hotbay.linux.internal.Architecture;
import io.hotbay.linux.internal.Kernel;
import io.hotbay.linux.internal.NativeMemory;
import io.hotbay.linux.internal.Statfs;
import io.hotbay.linux.internal.Statx;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Owns a file descriptor and closes it exactly once. Any thread may close it; it is up to the owner that nobody else
 * still uses the number then, for the kernel gives it to the next file that is opened.
 */
public final class Descriptor implements AutoCloseable {
    // Flags for open(2).
    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0x40;
    public static final int O_EXCL = 0x80;
    public static final int O_TRUNC = 0x200;
    public static final int O_APPEND = 0x400;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_DSYNC = 0x1000;
    /** Only for the owner of a file, and for root. */
    public static final int O_NOATIME = 0x40000;

    public static final int O_CLOEXEC = 0x80000;
    public static final int O_DIRECT = Architecture.O_DIRECT;
    public static final int O_DIRECTORY = Architecture.O_DIRECTORY;
    public static final int O_NOFOLLOW = Architecture.O_NOFOLLOW;

    // What a file can be sealed against (uapi/linux/fcntl.h).
    public static final int F_SEAL_SEAL = 1;
    public static final int F_SEAL_SHRINK = 2;
    public static final int F_SEAL_GROW = 4;
    public static final int F_SEAL_WRITE = 8;

    // uapi/linux/fcntl.h, uapi/linux/falloc.h, uapi/asm-generic/fcntl.h
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_GET_SEALS = 1034;
    public static final int FALLOC_FL_KEEP_SIZE = 1;
    public static final int FALLOC_FL_PUNCH_HOLE = 2;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    /** uapi/linux/kcmp.h. */
    private static final int KCMP_FILE = 0;

    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;

    /** Data in heap buffers goes through native memory in pieces of at most this many bytes. */
    private static final int LARGEST_COPY = 64 * 1024;

    private final int number;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Descriptor(int number) {
        this.number = number;
    }

    /** Takes over a descriptor that is open and that nobody else will close. */
    public static Descriptor adopt(int number) {
        if (number < 0) {
            throw new IllegalArgumentException(number + " is no file descriptor");
        }
        return new Descriptor(number);
    }

    /**
     * Opens a file. O_CLOEXEC is always added.
     *
     * @param mode rights of a file that is created, less the process's umask
     */
    public static Descriptor open(Path path, int flags, int mode) throws LinuxException {
        byte[] name = Kernel.path(path);
        return new Descriptor((int) Kernel.call("open", path, () -> LIBC.open(name, flags | O_CLOEXEC, mode)));
    }

    /**
     * Its number, for calls that take one.
     *
     * @throws IllegalStateException if it has been closed
     */
    public int number() {
        if (closed.get()) {
            throw new IllegalStateException("descriptor " + number + " has been closed");
        }
        return number;
    }

    public boolean isOpen() {
        return !closed.get();
    }

    /** Another descriptor of the same open file: position, flags and locks are shared. */
    public Descriptor duplicate() throws LinuxException {
        return new Descriptor(fcntl(F_DUPFD_CLOEXEC, 0));
    }

    /**
     * Whether another descriptor is of the same open file, as a {@linkplain #duplicate() duplicate} is.
     *
     * @throws LinuxException ENOSYS if the kernel does not tell
     */
    public boolean isSameOpenFile(Descriptor other) throws LinuxException {
        int open = number();
        int another = other.number();
        long process = ProcessHandle.current().pid();
        return Kernel.call(
                        "kcmp",
                        this,
                        () -> LIBC.syscall(Architecture.SYS_KCMP, process, process, KCMP_FILE, open, another, 0))
                == 0;
    }

    /** What the kernel knows of the file. */
    public FileStatus status() throws LinuxException {
        return Statx.of(number());
    }

    /** What direct I/O (O_DIRECT) on the file needs; empty if the kernel does not tell, as before Linux 6.1. */
    public Optional<DirectIo> directIo() throws LinuxException {
        return Optional.ofNullable(Statx.directIo(number()));
    }

    /** What kind of file system the file lies on. */
    public FileSystemStatus fileSystem() throws LinuxException {
        return Statfs.of(number());
    }

    /** Sets the size of the file. */
    public void truncate(long size) throws LinuxException {
        int open = number();
        Kernel.call("ftruncate", this, () -> LIBC.ftruncate(open, size));
    }

    /**
     * Reads at a position. Only direct buffers are read into without a copy.
     *
     * @return number of bytes, perhaps fewer than there is room for; -1 at the end of the file
     */
    public int pread(ByteBuffer destination, long position) throws LinuxException {
        if (destination.isReadOnly()) {
            throw new ReadOnlyBufferException();
        }
        if (!destination.hasRemaining()) {
            return 0;
        }
        if (destination.isDirect()) {
            int length = transfer("pread", destination, position);
            return length == 0 ? -1 : length;
        }
        ByteBuffer copy = ByteBuffer.allocateDirect(Math.min(destination.remaining(), LARGEST_COPY));
        int length = transfer("pread", copy, position);
        destination.put(copy.flip());
        return length == 0 ? -1 : length;
    }

    /**
     * Writes at a position. Only direct buffers are written from without a copy.
     *
     * @return number of bytes, perhaps fewer than there are
     */
    public int pwrite(ByteBuffer source, long position) throws LinuxException {
        if (source.isDirect()) {
            return transfer("pwrite", source, position);
        }
        int limit = Math.min(source.remaining(), LARGEST_COPY);
        ByteBuffer copy = ByteBuffer.allocateDirect(limit)
                .put(source.slice(source.position(), limit))
                .flip();
        int length = transfer("pwrite", copy, position);
        source.position(source.position() + length);
        return length;
    }

    private int transfer(String call, ByteBuffer direct, long position) throws LinuxException {
        int open = number();
        long address = NativeMemory.addressOf(direct);
        int length = direct.remaining();
        boolean read = call.equals("pread");
        int done = (int) Kernel.call(
                call,
                this,
                () -> read
                        ? LIBC.pread(open, address, length, position)
                        : LIBC.pwrite(open, address, length, position));
        direct.position(direct.position() + done);
        Reference.reachabilityFence(direct);
        return done;
    }

    /**
     * Tries to lock the file against others that lock it (flock(2)). The lock goes when the last descriptor of this
     * open file is closed, at the latest when the process ends.
     *
     * @return false if somebody else holds the lock
     */
    public boolean tryLock() throws LinuxException {
        int open = number();
        try {
            Kernel.call("flock", this, () -> LIBC.flock(open, LOCK_EX | LOCK_NB));
            return true;
        } catch (LinuxException e) {
            if (e.errno() == Errno.EAGAIN) {
                return false;
            }
            throw e;
        }
    }

    /** Makes sure that a range of the file has storage, so that writing there cannot fail for lack of it. */
    public void allocate(long offset, long length) throws LinuxException {
        int open = number();
        Kernel.call("fallocate", this, () -> LIBC.fallocate(open, 0, offset, length));
    }

    /** Gives the storage of a range back; it reads as zeros from then on. The size of the file stays. */
    public void punchHole(long offset, long length) throws LinuxException {
        int open = number();
        int mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
        Kernel.call("fallocate", this, () -> LIBC.fallocate(open, mode, offset, length));
    }

    /**
     * Where the next data of a file with holes begins (lseek(2), SEEK_DATA).
     *
     * @return -1 if there is none from that position on
     */
    public long nextData(long position) throws LinuxException {
        return seek(position, SEEK_DATA);
    }

    /** Where the next hole of a file begins, the end of the file being one; -1 beyond it. */
    public long nextHole(long position) throws LinuxException {
        return seek(position, SEEK_HOLE);
    }

    private long seek(long position, int whence) throws LinuxException {
        int open = number();
        try {
            return Kernel.call("lseek", this, () -> LIBC.lseek(open, position, whence));
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENXIO) {
                return -1;
            }
            throw e;
        }
    }

    /** What the file is sealed against; 0 also for files that cannot be sealed. */
    public int seals() throws LinuxException {
        try {
            return fcntl(F_GET_SEALS, 0);
        } catch (LinuxException e) {
            if (e.errno() == Errno.EINVAL) {
                return 0;
            }
            throw e;
        }
    }

    /** Seals the file, for good and for everyone. */
    public void addSeals(int seals) throws LinuxException {
        fcntl(F_ADD_SEALS, seals);
    }

    /**
     * Makes sure that nobody can truncate the file.
     *
     * @return false if it cannot be sealed, as is the case with all files but a memfd that allows it
     */
    public boolean sealAgainstShrinking() throws LinuxException {
        if ((seals() & F_SEAL_SHRINK) != 0) {
            return true;
        }
        try {
            addSeals(F_SEAL_SHRINK);
            return true;
        } catch (LinuxException e) {
            if (e.errno() == Errno.EPERM || e.errno() == Errno.EINVAL) {
                return false;
            }
            throw e;
        }
    }

    /** Has calls fail rather than wait. That is a property of the open file, which others may share and change. */
    public void doNotWait() throws LinuxException {
        int flags = fcntl(F_GETFL, 0);
        if ((flags & O_NONBLOCK) == 0) {
            fcntl(F_SETFL, flags | O_NONBLOCK);
        }
    }

    /**
     * Reads from a pipe or socket. Only direct buffers are taken.
     *
     * @return number of bytes, perhaps fewer than there is room for; -1 at the end of the stream
     * @throws LinuxException EAGAIN if there is nothing now and it is not to wait
     */
    public int read(ByteBuffer direct) throws LinuxException {
        int open = number();
        long address = NativeMemory.addressOf(direct);
        int length = direct.remaining();
        int done = (int) Kernel.call("read", this, () -> LIBC.read(open, address, length));
        direct.position(direct.position() + done);
        Reference.reachabilityFence(direct);
        return done == 0 && length > 0 ? -1 : done;
    }

    /**
     * Writes to a pipe or socket. Only direct buffers are taken.
     *
     * @return number of bytes, perhaps fewer than there are
     * @throws LinuxException EAGAIN if there is no room now and it is not to wait; EPIPE if nobody reads
     */
    public int write(ByteBuffer direct) throws LinuxException {
        int open = number();
        long address = NativeMemory.addressOf(direct);
        int length = direct.remaining();
        int done = (int) Kernel.call("write", this, () -> LIBC.write(open, address, length));
        direct.position(direct.position() + done);
        Reference.reachabilityFence(direct);
        return done;
    }

    private int fcntl(int command, int argument) throws LinuxException {
        int open = number();
        return (int) Kernel.call("fcntl", this, () -> LIBC.fcntl(open, command, argument));
    }

    /**
     * Gives up the ownership: the descriptor stays open, and whoever gets the number has to close it.
     *
     * @throws IllegalStateException if it has been closed
     */
    public int release() {
        if (!closed.compareAndSet(false, true)) {
            throw new IllegalStateException("descriptor " + number + " has been closed");
        }
        return number;
    }

    /** Closes it, unless that has been done. Errors are lost: there is nothing left to do about them. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            LIBC.close(number);
        }
    }

    @Override
    public String toString() {
        return "descriptor " + number;
    }
}
