// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevuring.internal;

import io.hotbay.bdev.BdevOptions;
import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import io.hotbay.linux.Descriptor;
import io.hotbay.linux.Errno;
import io.hotbay.linux.IoUring;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.VectoredIo;

/**
 * One queue's way into a file. A file that lies in memory is copied from and to, see {@link FileCopies}. What the page cache has of
 * others is read at once, by an ordinary system call, which is quicker than io_uring for a few requests at a time; what is written to it
 * is written by a thread of the disk, see {@link CacheWriter}; all else goes through io_uring. So the reactor never waits, neither for a
 * device nor for a file system.
 *
 * <pre>
 *   start ──copied, as the file lies in memory──▶ done
 *     ├──read at once──▶ done
 *     ├──to the page cache──▶ writer ──all──▶ done
 *     │                       ▲──less──┤
 *     │                              failed
 *     │                                ▼
 *     └──would wait────────────────▶ io_uring ──all──▶ done
 *                                      ▲──less──┘
 * </pre>
 */
final class UringChannel implements BlockChannel {
    /** fallocate(2), FALLOC_FL_ZERO_RANGE. */
    private static final int ZERO_RANGE = 0x10;

    private static final int PUNCH = Descriptor.FALLOC_FL_PUNCH_HOLE | Descriptor.FALLOC_FL_KEEP_SIZE;
    private static final int ZERO = ZERO_RANGE | Descriptor.FALLOC_FL_KEEP_SIZE;

    /** After as many requests in a row that could not be done at once, the next ones are not even tried. */
    private static final int HOPELESS = 64;

    /** So many are not tried then: the file may be in the page cache by now. */
    private static final int UNTRIED = 1024;

    /** So many requests that come together are cheaper in one call of io_uring than in a call each, also when the page cache has all of them. */
    private static final int BATCH = 8;

    /** How often the kernel is asked again when it is short of memory. */
    private static final int PATIENCE = 1000;

    private final UringDevice device;
    private final DiskFile file;
    private final int number;
    private final boolean inMemory;
    private final boolean direct;
    private final FailureLog failures;
    private final BlockRequests requests;
    private final Transfer transfer;
    private final IoUring uring;
    private final ZeroVectors zeros;
    /** Null unless the file lies in memory and can be copied from and to. */
    private final FileCopies copies;
    /** Null unless what is written waits in the page cache. */
    private final CacheWrites writes;

    /** Whether the writer could not write it, by slot: the ring tells why. */
    private final boolean[] failedOnce;

    /** Whether zeros have to be written, by slot: the file cannot be told to be zero there. */
    private final boolean[] plainZeros;

    private int misses;
    private int untried;

    UringChannel(UringDevice device, DiskFile file, FailureLog failures, BlockRequests requests) throws LinuxException {
        this.device = device;
        this.file = file;
        this.number = file.number();
        this.inMemory = file.isInMemory();
        this.direct = file.isDirect();
        this.failures = failures;
        this.requests = requests;
        transfer = new Transfer(requests, file.memoryAlignment());
        zeros = new ZeroVectors(requests.slots());
        plainZeros = new boolean[requests.slots()];
        failedOnce = new boolean[requests.slots()];
        copies = FileCopies.of(file);
        writes = openCache();
        uring = makeRing();
    }

    private CacheWrites openCache() throws LinuxException {
        try {
            return file.isCached() ? file.openCache(requests.slots(), this) : null;
        } catch (LinuxException e) {
            closeOthers();
            throw e;
        }
    }

    private IoUring makeRing() throws LinuxException {
        IoUring ring = null;
        try {
            ring = IoUring.create(requests.slots());
            if (writes != null) {
                writes.watch(ring.number());
            }
            return ring;
        } catch (LinuxException e) {
            closeOthers();
            if (ring != null) {
                ring.close();
            }
            throw e;
        }
    }

    // ---- taking requests

    @Override
    public void submit(BlockRequests table) {
        forgetCollected();
        BdevOptions options = device.options();
        int pending = requests.pending();
        for (int i = 0; i < pending; i++) {
            int slot = requests.pendingSlot(i);
            int status = options.check(requests.type(slot), requests.offset(slot), requests.length(slot));
            if (status == BlockStatus.OK) {
                start(slot, pending >= BATCH);
            } else {
                requests.complete(slot, status);
            }
        }
        copyCollected();
        submitPrepared();
    }

    private void start(int slot, boolean many) {
        int type = requests.type(slot);
        failedOnce[slot] = false;
        switch (type) {
            case BlockType.READ:
            case BlockType.WRITE:
                if (copies != null && copies.takes(requests, slot, type == BlockType.WRITE)) {
                    collect(slot, type == BlockType.WRITE);
                } else {
                    startMove(slot, type, many);
                }
                break;
            case BlockType.FLUSH:
            case BlockType.DISCARD:
            case BlockType.WRITE_ZEROES:
                plainZeros[slot] = false;
                handOver(slot, type);
                break;
            default:
                requests.complete(slot, BlockStatus.UNSUPPORTED);
                break;
        }
    }

    private void collect(int slot, boolean write) {
        if (!copies.hasRoom(requests, slot)) {
            copyCollected();
        }
        transfer.begin(slot);
        copies.add(requests, slot, write, transfer);
        if (copies.isWorthwhile()) {
            copyCollected();
            requests.answerEarly();
        }
    }

    private void copyCollected() {
        if (copies == null || copies.count() == 0) {
            return;
        }
        boolean copied = copies.copy();
        for (int i = 0; i < copies.count(); i++) {
            int slot = copies.slot(i);
            if (copied) {
                requests.complete(slot, BlockStatus.OK);
            } else {
                startMove(slot, requests.type(slot), false);
            }
        }
        forgetCollected();
    }

    /** Also what an error has left behind. */
    private void forgetCollected() {
        if (copies != null) {
            copies.clear();
        }
    }

    private void startMove(int slot, int type, boolean many) {
        boolean write = type == BlockType.WRITE;
        transfer.begin(slot);
        transfer.prepare(slot, write);
        if (!mayMoveAtOnce(type, many) || !moveAtOnce(slot, write)) {
            move(slot, write);
        }
    }

    /**
     * Files in memory never wait. Elsewhere a write may wait for a file system that is frozen or short of room in its journal; a
     * system call would make the reactor wait, though it is asked not to. io_uring does at once what can be done at once.
     */
    private boolean mayMoveAtOnce(int type, boolean many) {
        return inMemory || type == BlockType.READ && !direct && !many;
    }

    /** @return false if it is not done, or not all of it */
    private boolean moveAtOnce(int slot, boolean write) {
        if (untried > 0) {
            untried--;
            return false;
        }
        long moved = write
                ? VectoredIo.write(number, transfer.vectors(), transfer.count(), requests.offset(slot))
                : readAtOnce(slot);
        if (moved <= 0) {
            missed();
            return false;
        }
        misses = 0;
        transfer.advance(slot, write, moved);
        if (transfer.isDone(slot)) {
            requests.complete(slot, BlockStatus.OK);
            return true;
        }
        transfer.prepare(slot, write);
        return false;
    }

    private long readAtOnce(int slot) {
        return inMemory
                ? VectoredIo.read(number, transfer.vectors(), transfer.count(), requests.offset(slot))
                : VectoredIo.readAtOnce(number, transfer.vectors(), transfer.count(), requests.offset(slot));
    }

    private void missed() {
        if (++misses == HOPELESS) {
            misses = 0;
            untried = UNTRIED;
        }
    }

    private void move(int slot, boolean write) {
        long position = requests.offset(slot) + transfer.done(slot);
        if (write && mayCache(slot)) {
            writes.add(slot, transfer.vectors(), transfer.count(), position);
        } else if (transfer.count() != 1) {
            moveVectors(slot, write, position);
        } else if (write) {
            uring.write(number, transfer.address(), transfer.length(), position, slot);
        } else {
            uring.read(number, transfer.address(), transfer.length(), position, slot);
        }
    }

    private boolean mayCache(int slot) {
        return writes != null && !failedOnce[slot];
    }

    private void moveVectors(int slot, boolean write, long position) {
        if (write) {
            uring.writev(number, transfer.vectors(), transfer.count(), position, slot);
        } else {
            uring.readv(number, transfer.vectors(), transfer.count(), position, slot);
        }
    }

    private void submitPrepared() {
        if (writes != null) {
            writes.submit();
        }
        try {
            for (int tries = 0; !uring.submit(); tries++) {
                if (tries == PATIENCE) {
                    throw new IllegalStateException(file.path() + ": the kernel takes no requests");
                }
            }
        } catch (LinuxException e) {
            throw new IllegalStateException(file.path() + ": " + e.getMessage(), e);
        }
    }

    // ---- finishing requests

    @Override
    public int poll() {
        int before = requests.completed();
        boolean more = false;
        while (uring.next()) {
            more |= finish((int) uring.tag(), uring.result());
        }
        if (writes != null) {
            more |= takeWritten();
        }
        if (more) {
            submitPrepared();
        }
        return requests.completed() - before;
    }

    /** @return whether some request goes on */
    private boolean takeWritten() {
        writes.relax();
        boolean more = false;
        while (writes.next()) {
            int slot = writes.slot();
            if (writes.moved() > 0) {
                more |= finish(slot, (int) writes.moved());
            } else {
                failedOnce[slot] = true;
                handOver(slot, requests.type(slot));
                more = true;
            }
        }
        return more;
    }

    /** @return whether the request goes on */
    private boolean finish(int slot, int result) {
        int type = requests.type(slot);
        if (result == -Errno.EINTR || result == -Errno.EAGAIN) {
            handOver(slot, type);
            return true;
        }
        if (result < 0) {
            return fail(slot, type, -result);
        }
        boolean write = type == BlockType.WRITE;
        if (!write && type != BlockType.READ && !(type == BlockType.WRITE_ZEROES && plainZeros[slot])) {
            if (makesHole(slot, type)) {
                file.expectHole();
            }
            requests.complete(slot, BlockStatus.OK);
            return false;
        }
        if (result == 0) {
            // the file has become shorter than the disk
            return fail(slot, type, Errno.ENXIO);
        }
        transfer.advance(slot, write, result);
        if (transfer.isDone(slot)) {
            requests.complete(slot, BlockStatus.OK);
            return false;
        }
        handOver(slot, type);
        return true;
    }

    /** Hands the kernel what is left of a request. */
    private void handOver(int slot, int type) {
        switch (type) {
            case BlockType.READ:
            case BlockType.WRITE:
                transfer.prepare(slot, type == BlockType.WRITE);
                move(slot, type == BlockType.WRITE);
                break;
            case BlockType.FLUSH:
                uring.sync(number, slot);
                break;
            case BlockType.DISCARD:
                punch(slot);
                break;
            default:
                zero(slot);
                break;
        }
    }

    private boolean fail(int slot, int type, int errno) {
        boolean impossible = errno == Errno.ENOTSUP || errno == Errno.ENOSYS;
        if (impossible && type == BlockType.WRITE_ZEROES && !plainZeros[slot]) {
            plainZeros[slot] = true;
            transfer.begin(slot);
            zero(slot);
            return true;
        }
        if (impossible && type == BlockType.DISCARD) {
            requests.complete(slot, BlockStatus.UNSUPPORTED);
            return false;
        }
        boolean full = errno == Errno.ENOSPC;
        failures.failed(type, errno);
        requests.complete(slot, full ? BlockStatus.NO_SPACE : BlockStatus.IO_ERROR);
        return false;
    }

    private void zero(int slot) {
        if (plainZeros[slot]) {
            writeZeros(slot);
        } else if (makesHole(slot, BlockType.WRITE_ZEROES)) {
            punch(slot);
        } else {
            uring.allocate(number, ZERO, requests.offset(slot), requests.length(slot), slot);
        }
    }

    private void writeZeros(int slot) {
        int count = zeros.prepare(slot, requests.length(slot) - transfer.done(slot));
        long position = requests.offset(slot) + transfer.done(slot);
        if (mayCache(slot)) {
            writes.add(slot, zeros.vectors(), count, position);
        } else {
            uring.writev(number, zeros.vectors(), count, position, slot);
        }
    }

    private void punch(int slot) {
        file.expectHole();
        uring.allocate(number, PUNCH, requests.offset(slot), requests.length(slot), slot);
    }

    private boolean makesHole(int slot, int type) {
        return type == BlockType.DISCARD
                || type == BlockType.WRITE_ZEROES && (requests.flags(slot) & BlockRequests.FLAG_UNMAP) != 0;
    }

    @Override
    public int wakeDescriptor() {
        return writes == null ? uring.number() : writes.number();
    }

    @Override
    public void close() {
        closeOthers();
        uring.close();
    }

    /** What is there besides the ring; while it is being opened that may be nothing yet. */
    private void closeOthers() {
        if (copies != null) {
            copies.close();
        }
        if (writes != null) {
            writes.close();
        }
    }
}
