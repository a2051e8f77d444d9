// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevuring.internal;

import io.hotbay.bdev.ByteSize;
import io.hotbay.linux.BlockDeviceStatus;
import io.hotbay.linux.Descriptor;
import io.hotbay.linux.DirectIo;
import io.hotbay.linux.Errno;
import io.hotbay.linux.FileStatus;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * An open file or block device, and what is known of it. Whoever opens it holds it alone, unless it is opened for reading only: two
 * disks in one file would destroy each other.
 */
final class DiskFile implements AutoCloseable {
    /** What direct I/O needs on kernels that do not tell: enough for every disk there is. */
    private static final DirectIo CAUTIOUS = new DirectIo(4096, 4096);

    private static final int NEW_FILE_MODE = 0600;

    /** A disk that has just been closed may be in use for a moment: io_uring completes a request first and lets go of its file afterwards. */
    private static final long RELEASE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long HOLES = 1;
    private static final long EXPECTED = 2;

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Path path;
    private final FileCalls calls;
    private final Descriptor descriptor;
    private final boolean blockDevice;
    private final boolean inMemory;
    private final DirectIo direct;
    private final BlockDeviceStatus device;
    private final boolean made;
    /** Null unless what is written may wait in the page cache. */
    private final CacheWriter writer;
    /**
     * Whether there are holes in the lowest bit, and above it how often one was expected: a look that began before and ends after
     * that must not say there are none. A hole that is missed all the same costs memory when it is read, no more.
     */
    private final AtomicLong holes = new AtomicLong();

    private DiskFile(
            Path path,
            FileCalls calls,
            Descriptor descriptor,
            boolean blockDevice,
            boolean inMemory,
            DirectIo direct,
            BlockDeviceStatus device,
            CacheWriter writer,
            boolean made) {
        this.path = path;
        this.calls = calls;
        this.descriptor = descriptor;
        this.blockDevice = blockDevice;
        this.inMemory = inMemory;
        this.direct = direct;
        this.device = device;
        this.writer = writer;
        this.made = made;
    }

    /**
     * Opens a file or a block device.
     *
     * @param direct whether to go around the page cache
     * @param createSize bytes of a file that is made if there is none; 0 when there must be one
     * @throws IOException if it cannot be used; the message tells what to do
     */
    static DiskFile open(Path path, boolean readOnly, boolean direct, long createSize) throws IOException {
        FileCalls calls = new FileCalls(path);
        return calls.call(() -> openNow(path, calls, readOnly, direct, createSize), DiskFile::giveUp);
    }

    private static DiskFile openNow(Path path, FileCalls calls, boolean readOnly, boolean direct, long createSize)
            throws IOException {
        boolean create = createSize > 0 && Files.notExists(path);
        Descriptor descriptor = openDescriptor(path, flags(path, readOnly, direct, create));
        try {
            return check(path, calls, descriptor, readOnly, direct, create ? createSize : 0);
        } catch (IOException e) {
            descriptor.close();
            if (create) {
                Files.deleteIfExists(path);
            }
            throw e;
        }
    }

    /** Closes it again at once: a file that was made for it goes. */
    void giveUp() {
        closeNow();
        if (made) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                // An empty file is left, which the next attempt will take.
                return;
            }
        }
    }

    private static int flags(Path path, boolean readOnly, boolean direct, boolean create) throws IOException {
        int flags = readOnly ? Descriptor.O_RDONLY : Descriptor.O_RDWR;
        if (direct) {
            flags |= Descriptor.O_DIRECT;
        }
        if (create) {
            flags |= Descriptor.O_CREAT | Descriptor.O_EXCL;
        } else if (!readOnly && isBlockDevice(path)) {
            // the kernel refuses devices that are mounted or in use
            flags |= Descriptor.O_EXCL;
        }
        return flags;
    }

    private static boolean isBlockDevice(Path path) throws IOException {
        return Files.exists(path) && FileStatus.of(path.toRealPath()).isBlockDevice();
    }

    private static Descriptor openDescriptor(Path path, int flags) throws IOException {
        long start = System.nanoTime();
        while (true) {
            try {
                return openQuietly(path, flags);
            } catch (LinuxException e) {
                if (e.errno() != Errno.EBUSY || !mayBecomeFree(start)) {
                    throw new IOException(path + ": " + reason(e, flags), e);
                }
            }
        }
    }

    private static boolean mayBecomeFree(long start) {
        LockSupport.parkNanos(LOOK_NANOS);
        return System.nanoTime() - start < RELEASE_NANOS;
    }

    private static boolean lock(Descriptor descriptor) throws LinuxException {
        long start = System.nanoTime();
        boolean locked = descriptor.tryLock();
        while (!locked && mayBecomeFree(start)) {
            locked = descriptor.tryLock();
        }
        return locked;
    }

    /** Without times of access, if we may: noting one down may wait for a file system's journal in the middle of a read. */
    private static Descriptor openQuietly(Path path, int flags) throws LinuxException {
        try {
            return Descriptor.open(path, flags | Descriptor.O_NOATIME, NEW_FILE_MODE);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EPERM) {
                throw e;
            }
            return Descriptor.open(path, flags, NEW_FILE_MODE);
        }
    }

    private static String reason(LinuxException e, int flags) {
        switch (e.errno()) {
            case Errno.ENOENT:
                return (flags & Descriptor.O_CREAT) != 0
                        ? "there is no such directory: make it first"
                        : "there is no such file: name one that exists, or give create=true and a size";
            case Errno.EISDIR:
                return "is a directory: name a file or a block device";
            case Errno.EBUSY:
                return "is in use, mounted for example: unmount it first";
            case Errno.EROFS:
                return "lies on a file system that is mounted read-only: give readonly=true";
            case Errno.EACCES:
            case Errno.EPERM:
                return "access is denied: run as a user who may, or give readonly=true";
            case Errno.EINVAL:
                return (flags & Descriptor.O_DIRECT) != 0
                        ? "its file system does no direct I/O: give direct=false"
                        : e.getMessage();
            default:
                return e.getMessage();
        }
    }

    private static DiskFile check(
            Path path, FileCalls calls, Descriptor descriptor, boolean readOnly, boolean direct, long newSize)
            throws IOException {
        FileStatus status = descriptor.status();
        if (status.isDirectory()) {
            throw new IOException(path + ": is a directory: name a file or a block device");
        }
        if (!status.isRegularFile() && !status.isBlockDevice()) {
            throw new IOException(path + ": is neither a file nor a block device");
        }
        if (!readOnly && status.isRegularFile() && !lock(descriptor)) {
            throw new IOException(path + ": is in use as a disk already, by this target or another program");
        }
        if (newSize > 0) {
            grow(path, descriptor, newSize);
        }
        boolean inMemory = status.isRegularFile() && descriptor.fileSystem().isInMemory();
        boolean cached = status.isRegularFile() && !inMemory && !direct;
        return new DiskFile(
                path,
                calls,
                descriptor,
                status.isBlockDevice(),
                inMemory,
                direct ? directIo(path, descriptor) : null,
                status.isBlockDevice() ? BlockDeviceStatus.of(descriptor) : null,
                cached && !readOnly ? new CacheWriter(path, descriptor.duplicate()) : null,
                newSize > 0);
    }

    private static void grow(Path path, Descriptor descriptor, long size) throws IOException {
        try {
            descriptor.truncate(size);
        } catch (LinuxException e) {
            throw new IOException(path + ": cannot have " + ByteSize.format(size) + ": " + e.getMessage(), e);
        }
    }

    private static DirectIo directIo(Path path, Descriptor descriptor) throws IOException {
        DirectIo needs = descriptor.directIo().orElse(CAUTIOUS);
        if (!needs.isSupported()) {
            throw new IOException(path + ": its file system does no direct I/O: give direct=false");
        }
        return needs;
    }

    Path path() {
        return path;
    }

    /** Number of its descriptor. */
    int number() {
        return descriptor.number();
    }

    /** Its size now, in bytes. */
    long size() throws IOException {
        return blockDevice
                ? BlockDeviceStatus.of(descriptor).size()
                : descriptor.status().size();
    }

    /** Changes the size of a file. If that takes too long it is not done, or undone when it has been done in the end. */
    void resize(long size) throws IOException {
        if (blockDevice) {
            throw new IOException(path + ": is a block device and has the size it has");
        }
        long former = size();
        calls.call(
                () -> {
                    grow(path, descriptor, size);
                    return former;
                },
                this::restore);
    }

    private void restore(long former) {
        try {
            descriptor.truncate(former);
        } catch (LinuxException e) {
            // It stays as long as it has become. A disk is never longer than it was told to be.
            return;
        }
    }

    /**
     * Where the data of a file ends, looked for from a position on.
     *
     * @return the position when there are only holes behind it
     */
    long lastData(long from) throws IOException {
        long end = from;
        long data = descriptor.nextData(from);
        while (data >= 0) {
            end = descriptor.nextHole(data);
            data = descriptor.nextData(end);
        }
        return end;
    }

    /** Maps all of it, as long as it is now; for a file that {@linkplain #isInMemory lies in memory} and may be written to. */
    Mapping map() throws LinuxException {
        long known = holes.get();
        FileStatus status = descriptor.status();
        noteHoles(known, status);
        return Mapping.of(descriptor, 0, status.size());
    }

    /** Unmaps on a thread of its own: there are as many pages to let go as have been touched. */
    void unmap(Mapping mapping) {
        calls.later(mapping::close);
    }

    /** Whether there may be places without memory behind them, in a file that has been {@linkplain #map mapped}. Any thread. */
    boolean hasHoles() {
        return (holes.get() & HOLES) != 0;
    }

    /**
     * Says that a hole is about to be made, and again that it has been made: a look may come between the first call and the kernel. Any
     * thread.
     */
    void expectHole() {
        holes.getAndUpdate(known -> (known | HOLES) + EXPECTED);
    }

    /** Looks whether the holes have been filled. For files in memory, which never wait. Any thread. */
    void lookForHoles() {
        long known = holes.get();
        try {
            noteHoles(known, descriptor.status());
        } catch (LinuxException e) {
            // What was known stays: the next look may do better.
            return;
        }
    }

    private void noteHoles(long known, FileStatus status) {
        holes.compareAndSet(known, status.allocated() < status.size() ? known | HOLES : known & ~HOLES);
    }

    boolean isBlockDevice() {
        return blockDevice;
    }

    /** Whether it lives in memory: nobody waits for a device then. */
    boolean isInMemory() {
        return inMemory;
    }

    /** Whether requests go around the page cache. */
    boolean isDirect() {
        return direct != null;
    }

    /** Whether what is written waits in the page cache, of a file that does not lie in memory. */
    boolean isCached() {
        return writer != null;
    }

    /** A way into the page cache for one queue, if it {@linkplain #isCached is cached}: see {@link CacheWriter#open}. */
    CacheWrites openCache(int slots, Object source) throws LinuxException {
        return writer.open(slots, source);
    }

    /** What addresses of data must be multiples of, a power of two. */
    int memoryAlignment() {
        return direct == null ? 1 : direct.memoryAlignment();
    }

    /** The smallest block that can be read and written, in bytes. */
    int smallestBlock() {
        int logical = device == null ? 1 : device.logicalBlockSize();
        return Math.max(logical, direct == null ? 1 : direct.offsetAlignment());
    }

    /** The block that is written without reading first, in bytes; 0 when that is not known. */
    int physicalBlock() {
        return device == null ? 0 : device.physicalBlockSize();
    }

    /** Where that takes too long it is closed later: a file without a name may lie on a file system that is frozen. */
    @Override
    public void close() {
        calls.finish(this::closeNow);
    }

    private void closeNow() {
        if (writer != null) {
            writer.close();
        }
        descriptor.close();
    }
}
