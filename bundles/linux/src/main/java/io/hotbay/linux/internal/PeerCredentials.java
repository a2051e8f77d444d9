// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

import static io.hotbay.linux.internal.Kernel.LIBC;

import io.hotbay.linux.LinuxException;
import io.hotbay.linux.UnixConnection.Peer;

/** struct ucred (linux/socket.h): who was at the other end when the connection was made. */
public final class PeerCredentials {
    private static final int PID = 0;
    private static final int UID = 4;
    private static final int GID = 8;
    private static final int LENGTH = 12;

    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;

    private PeerCredentials() {}

    public static Peer of(int socket) throws LinuxException {
        NativeMemory memory = new NativeMemory(LENGTH + Integer.BYTES);
        memory.bytes().putInt(LENGTH, LENGTH);
        Kernel.call(
                "getsockopt",
                "descriptor " + socket,
                () -> LIBC.getsockopt(socket, SOL_SOCKET, SO_PEERCRED, memory.address(), memory.address() + LENGTH));
        return new Peer(
                memory.bytes().getInt(PID),
                memory.bytes().getInt(UID),
                memory.bytes().getInt(GID));
    }
}
