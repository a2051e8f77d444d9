// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import io.hotbay.frontend.LoadPattern;
import java.util.Locale;

/** One line of the table: 4 KiB requests at random places. */
record BenchCase(BenchDisk disk, boolean write, int depth, boolean indirect) {
    /** Bytes of a request. */
    static final int BLOCK = 4096;

    LoadPattern pattern() {
        LoadPattern pattern = write ? LoadPattern.randomWrites(depth, BLOCK) : LoadPattern.randomReads(depth, BLOCK);
        return indirect ? pattern.indirect() : pattern;
    }

    String text() {
        return disk.name().toLowerCase(Locale.ROOT) + (write ? " write " : " read ") + depth;
    }

    /** How many times the peer's figure the project wants to reach, or 0 where it has set itself no goal. */
    double goal() {
        if (write || depth != 32) {
            return 0;
        }
        return disk == BenchDisk.NULL ? 3 : 10;
    }
}
