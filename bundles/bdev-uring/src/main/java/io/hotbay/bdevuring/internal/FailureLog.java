// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevuring.internal;

import io.hotbay.bdev.BlockType;
import io.hotbay.linux.Errno;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Supplier;
import org.osgi.service.log.Logger;

/**
 * Logs failed requests, of each kind of error the first one and then one line a minute at most; on a thread of its own, because
 * reactors must not wait for a log. Any thread.
 */
final class FailureLog {
    private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** Behind the last error number that has a name. */
    private static final int KINDS = 134;

    private final Supplier<String> bdev;
    private final Path path;
    private final Logger logger;
    /** When an error may be logged again; 0 for one that has never been. */
    private final AtomicLongArray due = new AtomicLongArray(KINDS);
    /** Failures since the last line. */
    private final AtomicIntegerArray failures = new AtomicIntegerArray(KINDS);

    FailureLog(Supplier<String> bdev, Path path, Logger logger) {
        this.bdev = bdev;
        this.path = path;
        this.logger = logger;
    }

    /** A request of a {@link BlockType} has failed. */
    void failed(int type, int errno) {
        int kind = Math.min(errno, KINDS - 1);
        failures.incrementAndGet(kind);
        long now = System.nanoTime();
        long next = due.get(kind);
        if ((next == 0 || now - next >= 0) && due.compareAndSet(kind, next, now + PAUSE_NANOS | 1)) {
            CompletableFuture.runAsync(() -> log(type, errno, failures.getAndSet(kind, 0)));
        }
    }

    private void log(int type, int errno, int count) {
        logger.error(
                "bdev {}: a {} request failed: {}{}",
                bdev.get(),
                BlockType.name(type),
                reason(errno),
                count > 1 ? " (" + count + " times since this was logged last)" : "");
    }

    private String reason(int errno) {
        switch (errno) {
            case Errno.ENXIO:
                return path + " ends before the disk does; was it truncated?";
            case Errno.ENOSPC:
                return "the file system of " + path + " is full: make room there";
            default:
                return path + ": " + Errno.text(errno);
        }
    }
}
