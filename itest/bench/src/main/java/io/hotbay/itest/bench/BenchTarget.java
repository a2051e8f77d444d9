// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import java.nio.file.Path;

/** A running target with the disks that are measured. */
interface BenchTarget extends AutoCloseable {
    /** Its name in tables. */
    String name();

    /** Its process id. */
    long pid();

    /** The socket of a disk. */
    Path socket(BenchDisk disk);

    /** Whether its disks were made for this run and may be written to. */
    default boolean isOurs() {
        return true;
    }

    @Override
    void close();
}
