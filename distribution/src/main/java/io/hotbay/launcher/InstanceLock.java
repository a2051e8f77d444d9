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
import java.util.concurrent.TimeUnit;

/**
 * Keeps two targets from using the same directory. The lock ends with the process, whatever ends it.
 *
 * <p>It has two parts, so that it can pass to a successor without ever being free: the first byte of the file, and the rest. Whoever
 * has no predecessor needs both. A predecessor lets go of the first part for its successor and keeps the rest to its end; then the
 * successor, which has had the first part all along, takes the rest too.
 */
final class InstanceLock implements AutoCloseable {
    private static final long FIRST = 1;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LOOK_AGAIN_MILLIS = 10;

    private final FileChannel channel;
    private final Path file;
    private FileLock first;
    private FileLock rest;
    private boolean left;

    private InstanceLock(FileChannel channel, Path file) {
        this.channel = channel;
        this.file = file;
    }

    static InstanceLock take(Path dir, String what, String option) throws LaunchException {
        try {
            InstanceLock lock = open(dir);
            if (!lock.tryRest() || !lock.tryFirst()) {
                throw lock.inUse(dir, what, option);
            }
            lock.sign();
            return lock;
        } catch (IOException e) {
            throw new LaunchException("cannot lock the " + what + " " + dir + ": " + Layout.reason(e), e);
        }
    }

    /** Takes the part that the process lets go of whose place this one is to take. */
    static InstanceLock takeAsSuccessor(Path dir, String what, String option) throws LaunchException {
        try {
            InstanceLock lock = open(dir);
            // as long as there is a predecessor, the file is its own
            lock.left = true;
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            while (!lock.tryFirst()) {
                if (System.nanoTime() > deadline) {
                    throw lock.inUse(dir, what, option);
                }
                pause();
            }
            return lock;
        } catch (IOException e) {
            throw new LaunchException("cannot lock the " + what + " " + dir + ": " + Layout.reason(e), e);
        }
    }

    private static InstanceLock open(Path dir) throws IOException {
        Path file = dir.resolve(".hotbay.lock");
        return new InstanceLock(
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                file);
    }

    private LaunchException inUse(Path dir, String what, String option) throws IOException {
        String owner = Files.readString(file, StandardCharsets.UTF_8)
                .lines()
                .findFirst()
                .orElse("");
        channel.close();
        return new LaunchException("another hotbay (pid " + (owner.isEmpty() ? "unknown" : owner) + ") uses the " + what
                + " " + dir + ": stop it, or choose another with " + option);
    }

    private boolean tryFirst() throws IOException {
        first = channel.tryLock(0, FIRST, false);
        return first != null;
    }

    private boolean tryRest() throws IOException {
        rest = channel.tryLock(FIRST, Long.MAX_VALUE - FIRST, false);
        return rest != null;
    }

    /** The first line is whole at any time: whoever finds the lock taken reads it. */
    private void sign() throws IOException {
        byte[] line = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.UTF_8);
        channel.write(ByteBuffer.wrap(line), 0);
        channel.truncate(line.length);
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(LOOK_AGAIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for a lock", e);
        }
    }

    /** Lets a successor have its part. */
    synchronized void admitSuccessor() throws IOException {
        if (first != null) {
            first.release();
            first = null;
        }
    }

    /** Takes that part back from a successor that has ended. Somebody who tries to start meanwhile may have it for a moment. */
    synchronized void dismissSuccessor() throws IOException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (first == null && !tryFirst()) {
            if (System.nanoTime() > deadline) {
                throw new IOException(file + " is still locked by a successor that should have ended");
            }
            pause();
        }
    }

    /**
     * As a successor, takes the part that the predecessor keeps to its end.
     *
     * @return false if the predecessor is still there
     */
    synchronized boolean succeed() throws IOException {
        if (rest == null && tryRest()) {
            left = false;
            sign();
        }
        return rest != null;
    }

    /** Leaves the directory to a successor. */
    synchronized void leave() {
        left = true;
    }

    @Override
    public synchronized void close() {
        try {
            if (!left) {
                Files.deleteIfExists(file);
            }
            channel.close();
        } catch (IOException e) {
            // The lock is gone with the process in any case.
            System.err.println("hotbay: cannot remove " + file + ": " + e.getMessage());
        }
    }
}
