// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The locks on all directories of a target. */
final class InstanceLocks implements AutoCloseable {
    private static final long LOOK_AGAIN_MILLIS = 20;

    private final List<InstanceLock> locks = new ArrayList<>();

    private InstanceLocks() {}

    static InstanceLocks take(Layout layout, boolean successor) throws LaunchException {
        InstanceLocks locks = new InstanceLocks();
        try {
            for (Layout.Directory each : layout.exclusive()) {
                locks.locks.add(
                        successor
                                ? InstanceLock.takeAsSuccessor(each.path(), each.what(), each.option())
                                : InstanceLock.take(each.path(), each.what(), each.option()));
            }
            return locks;
        } catch (LaunchException e) {
            locks.close();
            throw e;
        }
    }

    void admitSuccessor() throws IOException {
        for (InstanceLock lock : locks) {
            lock.admitSuccessor();
        }
    }

    void dismissSuccessor() throws IOException {
        for (InstanceLock lock : locks) {
            lock.dismissSuccessor();
        }
    }

    /**
     * As a successor, waits for the end of the predecessor and takes what it has kept.
     *
     * @return false if it does not end in that time
     */
    boolean succeed(long millis) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        boolean all = false;
        while (!all) {
            all = true;
            for (InstanceLock lock : locks) {
                all &= lock.succeed();
            }
            if (!all && System.nanoTime() > deadline) {
                return false;
            }
            if (!all) {
                pause();
            }
        }
        return true;
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(LOOK_AGAIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the predecessor", e);
        }
    }

    void leave() {
        locks.forEach(InstanceLock::leave);
    }

    @Override
    public void close() {
        locks.forEach(InstanceLock::close);
    }
}
