// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

/**
 * What a load consists of.
 *
 * @param depth requests in flight on each queue
 * @param blockSize bytes of a request
 * @param readPercent share of reads, the rest is writes
 * @param random whether places are random, else one after the other
 * @param verify whether reads are checked against {@link SectorPattern}; the disk must have been filled
 * @param shape direct or indirect chains
 */
public record LoadPattern(int depth, int blockSize, int readPercent, boolean random, boolean verify, ChainShape shape) {
    /** Random reads that nobody checks. */
    public static LoadPattern randomReads(int depth, int blockSize) {
        return new LoadPattern(depth, blockSize, 100, true, false, ChainShape.DIRECT);
    }

    /** Random writes. */
    public static LoadPattern randomWrites(int depth, int blockSize) {
        return new LoadPattern(depth, blockSize, 0, true, false, ChainShape.DIRECT);
    }

    /** Writes all over the disk, one place after the other. */
    public static LoadPattern fill(int depth, int blockSize) {
        return new LoadPattern(depth, blockSize, 0, false, true, ChainShape.DIRECT);
    }

    /** The same with reads checked and writes filled by {@link SectorPattern}. */
    public LoadPattern verified() {
        return new LoadPattern(depth, blockSize, readPercent, random, true, shape);
    }

    /** The same with indirect chains. */
    public LoadPattern indirect() {
        return new LoadPattern(depth, blockSize, readPercent, random, verify, ChainShape.INDIRECT);
    }
}
