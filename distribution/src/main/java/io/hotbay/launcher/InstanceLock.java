// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps two targets from using the same directory. The lock ends with the process, whatever ends it. */
final class InstanceLock implements AutoCloseable {
    private final FileChannel channel;
    private final Path file;

    private InstanceLock(FileChannel channel, Path file) {
        this.channel = channel;
        this.file = file;
    }

    static InstanceLock take(Path dir, String what, String option) throws LaunchException {
        Path file = dir.resolve(".hotbay.lock");
        try {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                String owner = Files.readString(file, StandardCharsets.UTF_8).strip();
                channel.close();
                throw new LaunchException("another hotbay (pid " + (owner.isEmpty() ? "unknown" : owner) + ") uses the "
                        + what + " " + dir + ": stop it, or choose another with " + option);
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.UTF_8)));
            return new InstanceLock(channel, file);
        } catch (IOException e) {
            throw new LaunchException("cannot lock the " + what + " " + dir + ": " + Layout.reason(e), e);
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(file);
            channel.close();
        } catch (IOException e) {
            // The lock is gone with the process in any case.
            System.err.println("hotbay: cannot remove " + file + ": " + e.getMessage());
        }
    }
}
