// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.testing;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.Mapping;
import io.hotbay.linux.Memfd;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A memfd that serves as a guest's memory. */
public final class GuestMemoryFile implements AutoCloseable {
    private final long guestAddress;
    private final long userAddress;
    private final long size;
    private final Descriptor file;
    private final Mapping mapping;

    /** Makes a file that lies at a guest address; in the front-end's address space it lies 2^40 higher. */
    public GuestMemoryFile(String name, long guestAddress, long size) throws LinuxException {
        this.guestAddress = guestAddress;
        this.userAddress = guestAddress + (1L << 40);
        this.size = size;
        file = Memfd.create(name, size);
        mapping = Mapping.of(file, 0, size);
    }

    /** The file. */
    public Descriptor file() {
        return file;
    }

    /** Our own mapping of it. */
    public Mapping mapping() {
        return mapping;
    }

    /** Address of the first byte in the front-end's address space. */
    public long userAddress() {
        return userAddress;
    }

    /** The payload of ADD_MEM_REG and REM_MEM_REG. */
    public ByteBuffer single() {
        return FrontEnd.longs(0, guestAddress, size, userAddress, 0);
    }

    /** The payload of SET_MEM_TABLE with some files as regions. */
    public static ByteBuffer table(GuestMemoryFile... files) {
        ByteBuffer payload = ByteBuffer.allocate(8 + 32 * files.length).order(ByteOrder.nativeOrder());
        payload.putInt(files.length).putInt(0);
        for (GuestMemoryFile each : files) {
            payload.putLong(each.guestAddress)
                    .putLong(each.size)
                    .putLong(each.userAddress)
                    .putLong(0);
        }
        return payload.flip();
    }

    @Override
    public void close() {
        mapping.close();
        file.close();
    }
}
