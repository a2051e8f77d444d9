// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevuring.internal;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.LinuxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread that carries out a disk's writes to the page cache. Such a write may wait as long as the kernel likes, and io_uring has
 * workers for what waits, but it hands those of files whose inodes fall into one of 64 buckets to one worker: a disk on a file
 * system that is frozen would hold up others. The kernel carries out the writes to one file one after the other anyway, so one thread does.
 *
 * <p>It has a descriptor of its own: a call that is begun when the file has been closed must not meet another file under its number.
 */
final class CacheWriter implements AutoCloseable {
    private static final long MOMENT_MILLIS = 1000;

    private final Descriptor file;
    private final Thread thread;

    private volatile CacheWrites[] queues = {};
    private volatile boolean asleep;
    private volatile boolean ending;

    /** To be called on a thread that is not pinned to a core: the writer runs where that may. */
    CacheWriter(Path path, Descriptor file) {
        this.file = file;
        thread = new Thread(this::run, "hotbay-uring-writer " + path);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Opens a way to it, for one queue of the disk. Any thread.
     *
     * @param slots how many writes there are at a time, at most
     * @param source what the vectors of the writes belong to: it is kept for as long as the writer may read them
     */
    CacheWrites open(int slots, Object source) throws LinuxException {
        CacheWrites queue = new CacheWrites(this, slots, source);
        synchronized (this) {
            CacheWrites[] longer = Arrays.copyOf(queues, queues.length + 1);
            longer[queues.length] = queue;
            queues = longer;
        }
        return queue;
    }

    /** There is something to do. */
    void wake() {
        if (asleep) {
            LockSupport.unpark(thread);
        }
    }

    /** Whether nobody wants the rest of a queue any more. */
    boolean isEnding() {
        return ending;
    }

    private void run() {
        while (!ending) {
            boolean worked = false;
            for (CacheWrites queue : queues) {
                worked |= serve(queue);
            }
            if (!worked) {
                sleep();
            }
        }
        for (CacheWrites queue : queues) {
            queue.release();
        }
        file.close();
    }

    private boolean serve(CacheWrites queue) {
        if (queue.isClosed()) {
            remove(queue);
            queue.release();
            return true;
        }
        return queue.work(file.number());
    }

    private synchronized void remove(CacheWrites queue) {
        queues = Arrays.stream(queues).filter(each -> each != queue).toArray(CacheWrites[]::new);
    }

    private void sleep() {
        asleep = true;
        // whoever adds something looks at asleep afterwards
        if (!ending && !hasWork()) {
            LockSupport.park(this);
        }
        asleep = false;
    }

    private boolean hasWork() {
        for (CacheWrites queue : queues) {
            if (queue.isClosed() || queue.hasWork()) {
                return true;
            }
        }
        return false;
    }

    /** Ends it, and returns when it has ended; if a write waits, after a moment, and it ends behind that. */
    @Override
    public void close() {
        ending = true;
        LockSupport.unpark(thread);
        try {
            thread.join(MOMENT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
