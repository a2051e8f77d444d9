// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import io.hotbay.linux.internal.Kernel;
import io.hotbay.linux.internal.NativeMemory;
import io.hotbay.linux.internal.SocketAddress;
import io.hotbay.linux.internal.SocketMessage;
import io.hotbay.linux.internal.Sockets;
import java.lang.ref.Reference;
import java.util.List;

/** Sends single messages to unix datagram sockets, as sd_notify(3) does. */
public final class Datagram {
    private Datagram() {}

    /**
     * Sends a message, which may have to wait until the receiver has room for it.
     *
     * @param address a path, or {@code @} and an abstract name
     */
    public static void send(String address, byte[] message) throws LinuxException {
        send(address, message, List.of());
    }

    /**
     * Sends a message with descriptors, which stay open here.
     *
     * @see #send(String, byte[])
     */
    public static void send(String address, byte[] message, List<Descriptor> attached) throws LinuxException {
        if (!SocketAddress.fits(address)) {
            throw new LinuxException("connect", address, Errno.ENAMETOOLONG);
        }
        NativeMemory data = new NativeMemory(message.length);
        data.bytes().put(0, message);
        SocketMessage outgoing = new SocketMessage(attached.size());
        outgoing.attach(attached.stream().mapToInt(Descriptor::number).toArray());
        outgoing.data(data.address(), message.length);
        try (Descriptor socket = Sockets.datagram()) {
            Sockets.connect(socket, SocketAddress.of(address), address);
            Kernel.call("sendmsg", address, () -> Sockets.send(socket.number(), outgoing));
        } finally {
            Reference.reachabilityFence(data);
        }
    }
}
