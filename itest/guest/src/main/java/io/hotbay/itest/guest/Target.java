// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

/** A process that exports disks over vhost-user-blk. */
public interface Target extends AutoCloseable {
    /** Starts it and waits until both disks can be connected to. */
    void start();

    /** The disk guests boot with: 64 MiB in blocks of 4096 bytes, as in the Kata guide. */
    Disk disk();

    /** The disk that is plugged into running guests: 32 MiB in blocks of 512 bytes. */
    Disk spare();

    /** Fails when it no longer runs. */
    void checkAlive();

    /** Stops it the way it is meant to be stopped, and fails when it does not end well. */
    void stop();

    /** Makes an end of it, if it still runs. */
    @Override
    void close();
}
