// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.internal;

import io.hotbay.bdev.ByteSize;
import io.hotbay.frontend.BlockConfig;
import io.hotbay.frontend.BlockVersions;
import io.hotbay.frontend.ChainShape;
import io.hotbay.frontend.DeviceFeatures;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.LoadPattern;
import io.hotbay.frontend.ProtocolViolationException;
import io.hotbay.frontend.RequestRefusedException;
import io.hotbay.frontend.SessionOptions;
import io.hotbay.linux.Errno;
import io.hotbay.linux.LinuxException;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** A connected disk that the options fit. */
final class Disk implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 5_000;

    // From stat(2).
    private static final int FILE_TYPE = 0170000;
    private static final int SOCKET = 0140000;

    private final FrontendSession session;
    private final BenchOptions options;

    private Disk(FrontendSession session, BenchOptions options) {
        this.session = session;
        this.options = options;
    }

    /** Connects, checks that the options fit the disk, and starts its queues. */
    static Disk open(Path socket, BenchOptions options) throws BenchException {
        requireSocket(socket);
        long memory = GuestRoom.size(options);
        SessionOptions wanted = SessionOptions.DEFAULT
                .withQueues(options.queues)
                .withQueueSize(RingRoom.queueSize(options))
                .withMemorySize(memory)
                .withHugepages(GuestRoom.pageSize(options, memory))
                .withTimeout(TIMEOUT_MILLIS);
        try {
            FrontendSession session = FrontendProfile.CLOUD_HYPERVISOR.connect(socket, wanted);
            Disk disk = new Disk(session, options);
            boolean started = false;
            try {
                disk.requireFit();
                session.start();
                started = true;
                return disk;
            } finally {
                if (!started) {
                    session.close();
                }
            }
        } catch (IOException failure) {
            throw new BenchException(explain(socket, failure), failure);
        }
    }

    private static void requireSocket(Path path) throws BenchException {
        int mode;
        try {
            mode = (Integer) Files.getAttribute(path, "unix:mode");
        } catch (IOException missing) {
            boolean link = Files.exists(path, LinkOption.NOFOLLOW_LINKS);
            throw new BenchException(
                    path + (link ? " is a link to nothing" : ": there is no such socket, or it may not be seen"),
                    missing);
        }
        if ((mode & FILE_TYPE) != SOCKET) {
            throw new BenchException(
                    path + " is a " + (Files.isDirectory(path) ? "directory" : "file") + ", not a socket");
        }
    }

    private static String explain(Path socket, IOException failure) {
        if (failure instanceof SocketTimeoutException) {
            return socket + " accepted the connection, but does not answer within " + TIMEOUT_MILLIS / 1000
                    + " s: it is no vhost-user target, or serves another front-end just now";
        }
        if (failure instanceof RequestRefusedException) {
            return socket + " refuses the session: " + failure.getMessage();
        }
        if (failure instanceof ProtocolViolationException || failure instanceof EOFException) {
            return socket + " is no vhost-user-blk target that could be measured: " + failure.getMessage();
        }
        if (failure instanceof LinuxException && isHangUp(((LinuxException) failure).errno())) {
            return socket + " is no vhost-user-blk target that could be measured: it closed the connection";
        }
        return socket + ": " + (failure.getMessage() == null ? failure : failure.getMessage());
    }

    private static boolean isHangUp(int errno) {
        return errno == Errno.EPIPE || errno == Errno.ECONNRESET;
    }

    private void requireFit() throws BenchException {
        BlockConfig config = session.config();
        long block = session.has(DeviceFeatures.BLK_SIZE) ? config.blockSize() : OptionCheck.SECTOR;
        if (block <= 0 || options.blockSize % block != 0) {
            throw new BenchException("--block-size " + ByteSize.format(options.blockSize)
                    + " is no multiple of the disk's blocks of " + ByteSize.format(block));
        }
        // 0 stands for no limit with some targets.
        long piece = session.has(DeviceFeatures.SIZE_MAX) ? Integer.toUnsignedLong(config.sizeMax()) : 0;
        if (piece > 0 && options.blockSize > piece) {
            throw new BenchException("--block-size " + ByteSize.format(options.blockSize)
                    + " is more than the disk takes in one piece, " + ByteSize.format(piece));
        }
        if (options.range != null && options.range > size()) {
            throw new BenchException("--range " + ByteSize.format(options.range) + " is more than the disk has, "
                    + ByteSize.format(size()));
        }
        if (blocks() < 1) {
            throw new BenchException("the disk, or the --range of it, is smaller than --block-size "
                    + ByteSize.format(options.blockSize));
        }
        if (options.indirect && !session.has(DeviceFeatures.INDIRECT_DESC)) {
            throw new BenchException("the target does not offer indirect descriptors: leave --indirect out");
        }
        requireWritable();
    }

    private void requireWritable() throws BenchException {
        if (!options.writes()) {
            return;
        }
        if (session.has(DeviceFeatures.RO)) {
            throw new BenchException("the disk is read-only: only --read 100 without --verify is possible");
        }
        if (!options.destroyData) {
            throw new BenchException("this run writes to the disk and destroys what it holds ("
                    + ByteSize.format(blocks() * options.blockSize) + "): add --destroy-data if that is meant");
        }
        if (options.verify && (blocks() > BlockVersions.MOST || blocks() <= (long) options.depth * options.queues)) {
            throw new BenchException("--verify works on more blocks than there are requests in flight, and on at most "
                    + BlockVersions.MOST + ", not on " + blocks() + ": choose another --range or --block-size");
        }
    }

    FrontendSession session() {
        return session;
    }

    /** Bytes of the disk. */
    long size() {
        return session.config().capacity() * OptionCheck.SECTOR;
    }

    /** Blocks of the range that is used. */
    long blocks() {
        long bytes = options.range == null ? size() : options.range;
        return bytes / options.blockSize;
    }

    /** The load as the options want it. */
    LoadPattern pattern() {
        return new LoadPattern(
                options.depth,
                (int) options.blockSize,
                options.readPercent,
                !options.sequential,
                options.verify,
                options.indirect ? ChainShape.INDIRECT : ChainShape.DIRECT,
                blocks(),
                options.seed);
    }

    /** Whether the target has ended the connection. It sends nothing unasked, so whatever can be read is the end. */
    boolean isGone() throws IOException {
        return session.connection().socket().isReadable(0);
    }

    @Override
    public void close() {
        session.close();
    }
}
