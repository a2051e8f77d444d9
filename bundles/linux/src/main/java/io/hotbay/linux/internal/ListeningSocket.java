// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

import static io.hotbay.linux.internal.Kernel.LIBC;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.Errno;
import io.hotbay.linux.FileStatus;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.UnixListener.Options;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import jnr.unixsocket.UnixServerSocketChannel;
import jnr.unixsocket.UnixSocketAddress;
import jnr.unixsocket.UnixSocketChannel;

/**
 * A listening socket and its file. The socket is bound under another name in the same directory, gets its rights and
 * owner, and is then renamed: whoever sees the file can connect. The directory is locked meanwhile, so that of two
 * processes that want the same path one sees the other.
 */
public final class ListeningSocket {
    private static final int LOCK_EX = 2;

    /** Longer names are bound under their hash. */
    private static final int LONGEST_PLAIN_NAME = 40;

    private final Path path;
    /** Null if somebody else has made the socket. */
    private final UnixServerSocketChannel channel;

    private final Descriptor descriptor;
    private final FileStatus file;

    private ListeningSocket(Path path, UnixServerSocketChannel channel, Descriptor descriptor, FileStatus file) {
        this.path = path;
        this.channel = channel;
        this.descriptor = descriptor;
        this.file = file;
    }

    /**
     * Takes over a socket that listens already, and its file.
     *
     * @param descriptor non-blocking; stays the caller's if this fails
     */
    public static ListeningSocket adopt(Path path, Descriptor descriptor) throws LinuxException {
        return new ListeningSocket(path, null, descriptor, FileStatus.of(path));
    }

    public static ListeningSocket bind(Path path, Options options) throws IOException {
        SocketAddress.check(path);
        Path temporary = path.resolveSibling(temporaryName(path));
        try (Descriptor directory = lockDirectoryOf(path)) {
            refuseUnlessStale(path, directory);
            refuseUnlessStale(temporary, directory);
            // what a process that was killed in the middle of this left behind
            unlink(temporary);
            UnixServerSocketChannel channel = UnixServerSocketChannel.open();
            try {
                listen(channel, path, addressable(temporary, directory), options);
                FileStatus file = moveInto(path, temporary, options);
                return new ListeningSocket(path, channel, Descriptor.adopt(channel.getFD()), file);
            } catch (IOException | RuntimeException e) {
                channel.close();
                unlink(temporary);
                throw e;
            }
        }
    }

    private static String temporaryName(Path path) {
        String name = path.getFileName().toString();
        boolean plain = name.length() <= LONGEST_PLAIN_NAME && isAscii(name);
        return "." + (plain ? name : Integer.toHexString(name.hashCode())) + ".new";
    }

    private static Descriptor lockDirectoryOf(Path path) throws LinuxException {
        Path parent = path.toAbsolutePath().getParent();
        Descriptor directory = Descriptor.open(parent, Descriptor.O_DIRECTORY, 0);
        try {
            int number = directory.number();
            Kernel.call("flock", parent, () -> LIBC.flock(number, LOCK_EX));
            return directory;
        } catch (LinuxException e) {
            directory.close();
            throw e;
        }
    }

    private static void refuseUnlessStale(Path path, Descriptor directory) throws IOException {
        try {
            if (!FileStatus.of(path).isSocket()) {
                throw new IOException(path + " exists and is no socket: remove it or choose another path");
            }
            if (answers(path, directory)) {
                throw new IOException(
                        "another process listens on " + path + ": stop that process or choose another path");
            }
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.ECONNREFUSED) {
                throw e;
            }
        }
    }

    private static boolean answers(Path path, Descriptor directory) throws IOException {
        try (Descriptor probe = Sockets.nonBlockingStream()) {
            Sockets.connect(probe, SocketAddress.of(addressable(path, directory)), path);
            return true;
        } catch (LinuxException e) {
            if (e.errno() == Errno.EAGAIN) {
                // somebody listens but is slow to accept
                return true;
            }
            throw e;
        }
    }

    private static void listen(UnixServerSocketChannel channel, Path path, String address, Options options)
            throws IOException {
        Sockets.closeOnExec(channel.getFD());
        channel.configureBlocking(false);
        int number = channel.getFD();
        // the file gets the rights of the socket, less the umask: it never has more than asked for
        Kernel.call("fchmod", path, () -> LIBC.fchmod(number, options.mode()));
        try {
            channel.socket().bind(new UnixSocketAddress(address), options.backlog());
        } catch (IOException e) {
            throw new IOException("bind " + path + ": " + e.getMessage(), e);
        }
    }

    /**
     * A path by which a socket can be reached. The temporary name is longer than the final one, and jnr-unixsocket
     * counts the characters of a path where the kernel counts bytes: so what is not plain goes by way of the open
     * directory.
     */
    private static String addressable(Path path, Descriptor directory) {
        String plain = path.toString();
        if (SocketAddress.fits(plain) && isAscii(plain)) {
            return plain;
        }
        return "/proc/self/fd/" + directory.number() + "/" + path.getFileName();
    }

    private static boolean isAscii(String text) {
        return StandardCharsets.US_ASCII.newEncoder().canEncode(text);
    }

    private static FileStatus moveInto(Path path, Path temporary, Options options) throws LinuxException {
        byte[] from = Kernel.path(temporary);
        byte[] to = Kernel.path(path);
        if (options.uid() != -1 || options.gid() != -1) {
            Kernel.call("chown", path, () -> LIBC.lchown(from, options.uid(), options.gid()));
        }
        // what the umask took away
        Kernel.call("chmod", path, () -> LIBC.chmod(from, options.mode()));
        FileStatus file = FileStatus.of(temporary);
        Kernel.call("rename", path, () -> LIBC.rename(from, to));
        return file;
    }

    private static void unlink(Path path) {
        LIBC.unlink(Kernel.path(path));
    }

    public int number() {
        return descriptor.number();
    }

    /** The next connection, or null if there is none or it cannot be had: errno tells. */
    public Descriptor accept() throws IOException {
        return channel == null ? acceptPlainly() : acceptByChannel();
    }

    private Descriptor acceptPlainly() {
        int accepted = Sockets.accept(descriptor.number());
        return accepted == -1 ? null : Descriptor.adopt(accepted);
    }

    private Descriptor acceptByChannel() throws IOException {
        UnixSocketChannel accepted = channel.accept();
        if (accepted == null) {
            return null;
        }
        Descriptor connection = Descriptor.adopt(accepted.getFD());
        // from here on it is ours alone
        accepted.setFD(-1);
        try {
            Sockets.closeOnExec(connection.number());
            return connection;
        } catch (LinuxException e) {
            connection.close();
            throw e;
        }
    }

    /** Removes the file, unless it is not this socket's any more, and closes the socket. */
    public void close() {
        // while the socket is open nobody else's file can have the same inode number
        try (Descriptor directory = lockIfPossible(path)) {
            if (FileStatus.of(path).isSameFile(file)) {
                unlink(path);
            }
        } catch (LinuxException e) {
            // the file has gone already
        }
        // not the channel: its way of closing would end the listening for whoever else has a descriptor of it
        descriptor.close();
    }

    /** Lets go of the socket, which goes on to listen; its file stays. */
    public Descriptor handOver() {
        return Descriptor.adopt(descriptor.release());
    }

    /**
     * Null if the directory cannot be locked: then only a process that binds the same path right now may lose its file.
     */
    private static Descriptor lockIfPossible(Path path) {
        try {
            return lockDirectoryOf(path);
        } catch (LinuxException e) {
            return null;
        }
    }
}
