// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevuring.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hotbay.bdevuring.internal.LoopFileSystem.Guard;
import java.io.IOException;
import java.nio.file.Path;

/** A block device over a file of a test. */
record LoopDevice(Path path, Guard guard) implements AutoCloseable {
    private static final String ATTACH = """
            device=$(losetup -b "$2" -f --show "$1") || exit 3
            echo "$device"
            echo ready
            cat >/dev/null
            losetup -d "$device"
            """;

    /** Attaches a file, or skips the test where that cannot be done. */
    static LoopDevice attach(Path image, int sector) throws IOException {
        Guard guard = new Guard(ATTACH, image.toString(), String.valueOf(sector));
        assumeTrue(guard.isReady(), () -> "skipped: no loop device can be made: " + guard.printed());
        return new LoopDevice(Path.of(guard.printed()), guard);
    }

    @Override
    public void close() throws IOException {
        assertThat(guard.end()).isZero();
    }
}
