// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import io.hotbay.frontend.LoadPattern;

/** One line of the table: 4 KiB requests at random places. */
record BenchCase(BenchDisk disk, boolean write, int depth, boolean indirect) {
    /** Bytes of a request. */
    static final int BLOCK = 4096;

    LoadPattern pattern() {
        LoadPattern pattern = write ? LoadPattern.randomWrites(depth, BLOCK) : LoadPattern.randomReads(depth, BLOCK);
        return indirect ? pattern.indirect() : pattern;
    }

    String text() {
        return disk.label() + (write ? " write " : " read ") + depth;
    }

    /** How many times the peer's figure the project wants to reach, or 0 where it has set itself no goal. */
    double goal() {
        return switch (disk) {
            case NULL -> write ? 0 : deepOrSingle(4, 3);
            case MALLOC -> deepOrSingle(12, 8);
            case CACHED_URING -> depth == 32 ? 2.5 : 0;
            case CACHED_NATIVE -> depth == 32 ? 1.6 : 0;
            case DIRECT_URING -> depth == 32 ? 1.1 : 0;
            case DIRECT_NATIVE -> 0;
        };
    }

    private double deepOrSingle(double deep, double single) {
        return switch (depth) {
            case 1 -> single;
            case 32, 128 -> deep;
            default -> 0;
        };
    }
}
