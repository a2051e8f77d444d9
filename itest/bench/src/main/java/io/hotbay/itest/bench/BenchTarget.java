// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;

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

    /** Bytes that the thread which serves requests has allocated since it started, if the target can tell. */
    default OptionalLong allocatedBytes() throws IOException {
        return OptionalLong.empty();
    }

    @Override
    void close();
}
