// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

import static io.hotbay.linux.internal.Kernel.LIBC;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.LinuxException;
import java.lang.ref.Reference;

/** Calls on unix sockets. */
public final class Sockets {
    // linux/socket.h, linux/net.h
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int SHUT_RDWR = 2;

    // uapi/asm-generic/fcntl.h
    private static final int F_SETFD = 2;
    private static final int FD_CLOEXEC = 1;

    private Sockets() {}

    public static Descriptor stream() throws LinuxException {
        return create(SOCK_STREAM);
    }

    /** A stream socket on which nothing waits. */
    static Descriptor nonBlockingStream() throws LinuxException {
        return create(SOCK_STREAM | SOCK_NONBLOCK);
    }

    public static Descriptor datagram() throws LinuxException {
        return create(SOCK_DGRAM);
    }

    private static Descriptor create(int type) throws LinuxException {
        return Descriptor.adopt(
                (int) Kernel.call("socket", "AF_UNIX", () -> LIBC.socket(AF_UNIX, type | SOCK_CLOEXEC, 0)));
    }

    /** Two stream sockets, connected with each other. */
    public static Descriptor[] pair() throws LinuxException {
        NativeMemory numbers = new NativeMemory(2 * Integer.BYTES);
        Kernel.call(
                "socketpair",
                "AF_UNIX",
                () -> LIBC.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, numbers.address()));
        return new Descriptor[] {
            Descriptor.adopt(numbers.bytes().getInt(0)),
            Descriptor.adopt(numbers.bytes().getInt(Integer.BYTES))
        };
    }

    /**
     * Connects a socket.
     *
     * @param name of the address, for the message
     */
    public static void connect(Descriptor socket, SocketAddress address, Object name) throws LinuxException {
        int number = socket.number();
        Kernel.call("connect", name, () -> LIBC.connect(number, address.address(), address.length()));
        Reference.reachabilityFence(address);
    }

    /** Accepts a connection; -1 if there is none. */
    public static int accept(int socket) {
        return LIBC.accept4(socket, 0, 0, SOCK_CLOEXEC);
    }

    /** Sends a message, or a part of it; -1 if that fails. A peer that is gone is an error and no signal. */
    public static long send(int socket, SocketMessage message) {
        long sent = LIBC.sendmsg(socket, message.address(), MSG_NOSIGNAL);
        Reference.reachabilityFence(message);
        return sent;
    }

    /** Receives a message; -1 if that fails. */
    public static long receive(int socket, SocketMessage message) {
        long received = LIBC.recvmsg(socket, message.address(), MSG_CMSG_CLOEXEC);
        Reference.reachabilityFence(message);
        return received;
    }

    /** Ends the connection in both directions, which wakes whoever waits on it. */
    public static void shutdown(int socket) {
        LIBC.shutdown(socket, SHUT_RDWR);
    }

    /** Keeps a descriptor that somebody else opened from the processes this one starts. */
    public static void closeOnExec(int descriptor) throws LinuxException {
        Kernel.call("fcntl", "descriptor " + descriptor, () -> LIBC.fcntl(descriptor, F_SETFD, FD_CLOEXEC));
    }
}
