// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** struct sockaddr_un (uapi/linux/un.h). */
public final class SocketAddress {
    /** Longest path in bytes: sun_path has 108, the last for the zero. */
    public static final int MAXIMUM_PATH = 107;

    private static final String ABSTRACT = "@";

    private static final short AF_UNIX = 1;
    private static final int FAMILY = 0;
    private static final int PATH = 2;
    private static final int LENGTH = 110;

    private final NativeMemory memory = new NativeMemory(LENGTH);
    private final int length;

    private SocketAddress(byte[] name) {
        ByteBuffer bytes = memory.bytes();
        bytes.putShort(FAMILY, AF_UNIX);
        bytes.put(PATH, name);
        length = PATH + name.length;
    }

    /** A path that {@linkplain #check fits}. */
    public static SocketAddress of(Path path) {
        return new SocketAddress(Kernel.path(path));
    }

    /** A path, or a name in no directory that has {@code @} in place of the zero it begins with; one that fits. */
    public static SocketAddress of(String address) {
        if (!address.startsWith(ABSTRACT)) {
            return of(Path.of(address));
        }
        byte[] name = address.getBytes(StandardCharsets.UTF_8);
        name[0] = 0;
        return new SocketAddress(name);
    }

    /** Whether an address is short enough for a socket. */
    public static boolean fits(String address) {
        return size(address) <= MAXIMUM_PATH;
    }

    /** Refuses a path that is too long for a socket. */
    public static void check(Path path) throws IOException {
        int size = size(path.toString());
        if (size > MAXIMUM_PATH) {
            throw new IOException(path + ": the path of a socket may have " + MAXIMUM_PATH + " bytes, this one has "
                    + size + ": use a shorter directory or name");
        }
    }

    private static int size(String address) {
        return Kernel.string(address).length - 1;
    }

    public long address() {
        return memory.address();
    }

    public int length() {
        return length;
    }
}
