// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import io.hotbay.linux.LinuxException;
import io.hotbay.linux.UnixConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The process that has connected, as the kernel tells it (SO_PEERCRED, unix(7)): what it was at that moment.
 *
 * @param pid its process, 0 when it lives in a PID namespace that is not visible here, -1 when unknown
 * @param uid its user, -1 when unknown
 * @param gid its group, -1 when unknown
 * @param name what the process calls itself, or empty
 */
public record FrontEndProcess(int pid, int uid, int gid, String name) {
    private static final FrontEndProcess UNKNOWN = new FrontEndProcess(-1, -1, -1, "");

    /** Who is at the other end of a connection. */
    public static FrontEndProcess of(UnixConnection connection) {
        try {
            UnixConnection.Peer peer = connection.peer();
            return new FrontEndProcess(peer.pid(), peer.uid(), peer.gid(), nameOf(peer.pid()));
        } catch (LinuxException e) {
            return UNKNOWN;
        }
    }

    private static String nameOf(int pid) {
        try {
            byte[] name = Files.readAllBytes(Path.of("/proc", Integer.toString(pid), "comm"));
            return printable(new String(name, StandardCharsets.ISO_8859_1).strip());
        } catch (IOException e) {
            // it has ended already, or is not visible here
            return "";
        }
    }

    /** A process chooses its name itself; it must not write lines into our log. */
    static String printable(String name) {
        return name.replaceAll("[^ -~]", "?");
    }

    @Override
    public String toString() {
        return "process " + pid + (name.isEmpty() ? "" : " (" + name + ")") + " of user " + uid + " and group " + gid;
    }
}
