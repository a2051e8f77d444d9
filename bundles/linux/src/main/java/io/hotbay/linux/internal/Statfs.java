// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

import static io.hotbay.linux.internal.Kernel.LIBC;

import io.hotbay.linux.FileSystemStatus;
import io.hotbay.linux.LinuxException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** struct statfs of 64-bit machines (uapi/asm-generic/statfs.h). */
public final class Statfs {
    private static final int TYPE = 0;
    private static final int BLOCK_SIZE = 8;
    private static final int LENGTH = 120;

    private Statfs() {}

    public static FileSystemStatus of(Path path) throws LinuxException {
        byte[] name = Kernel.path(path);
        NativeMemory result = new NativeMemory(LENGTH);
        Kernel.call("statfs", path, () -> LIBC.statfs(name, result.address()));
        return read(result.bytes());
    }

    public static FileSystemStatus of(int descriptor) throws LinuxException {
        NativeMemory result = new NativeMemory(LENGTH);
        Kernel.call("statfs", "descriptor " + descriptor, () -> LIBC.fstatfs(descriptor, result.address()));
        return read(result.bytes());
    }

    private static FileSystemStatus read(ByteBuffer bytes) {
        return new FileSystemStatus(bytes.getLong(TYPE), bytes.getLong(BLOCK_SIZE));
    }
}
