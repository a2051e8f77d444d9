// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevuring.internal;

import io.hotbay.bdev.BlockType;
import io.hotbay.linux.Errno;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.osgi.service.log.Logger;

/** Logs the first failure of each kind, on a thread of its own: reactors must not wait for a log. Any thread. */
final class FailureLog {
    private final Supplier<String> bdev;
    private final Logger logger;
    private final Set<Integer> known = ConcurrentHashMap.newKeySet();

    FailureLog(Supplier<String> bdev, Logger logger) {
        this.bdev = bdev;
        this.logger = logger;
    }

    /** A request of a {@link BlockType} has failed. */
    void failed(int type, int errno) {
        if (known.add(errno)) {
            CompletableFuture.runAsync(() -> logger.error(
                    "bdev {}: a {} request failed: {}; more of the same kind are not logged",
                    bdev.get(),
                    BlockType.name(type),
                    reason(errno)));
        }
    }

    private static String reason(int errno) {
        switch (errno) {
            case Errno.ENXIO:
                return "the file ends before the disk does; was it truncated?";
            case Errno.ENOSPC:
                return "there is no space left on the file system";
            default:
                return Errno.text(errno);
        }
    }
}
