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
 * @param blocks how many blocks from the start of the disk are used, or 0 for all
 * @param seed where the random numbers start
 */
public record LoadPattern(
        int depth,
        int blockSize,
        int readPercent,
        boolean random,
        boolean verify,
        ChainShape shape,
        long blocks,
        long seed) {
    /** Random reads that nobody checks. */
    public static LoadPattern randomReads(int depth, int blockSize) {
        return mixed(depth, blockSize, 100);
    }

    /** Random writes. */
    public static LoadPattern randomWrites(int depth, int blockSize) {
        return mixed(depth, blockSize, 0);
    }

    /** Reads and writes at random places. */
    public static LoadPattern mixed(int depth, int blockSize, int readPercent) {
        return new LoadPattern(depth, blockSize, readPercent, true, false, ChainShape.DIRECT, 0, 0);
    }

    /** Writes all over the disk, one place after the other. */
    public static LoadPattern fill(int depth, int blockSize) {
        return mixed(depth, blockSize, 0).sequential().verified();
    }

    /** The same with reads checked and writes filled by {@link SectorPattern}. */
    public LoadPattern verified() {
        return new LoadPattern(depth, blockSize, readPercent, random, true, shape, blocks, seed);
    }

    /** The same with indirect chains. */
    public LoadPattern indirect() {
        return new LoadPattern(depth, blockSize, readPercent, random, verify, ChainShape.INDIRECT, blocks, seed);
    }

    /** The same at one place after the other. */
    public LoadPattern sequential() {
        return new LoadPattern(depth, blockSize, readPercent, false, verify, shape, blocks, seed);
    }

    /** The same with another share of reads. */
    public LoadPattern withReads(int percent) {
        return new LoadPattern(depth, blockSize, percent, random, verify, shape, blocks, seed);
    }

    /** The same on the first blocks of the disk only. */
    public LoadPattern within(long firstBlocks) {
        return new LoadPattern(depth, blockSize, readPercent, random, verify, shape, firstBlocks, seed);
    }

    /** The same with other random numbers. */
    public LoadPattern withSeed(long other) {
        return new LoadPattern(depth, blockSize, readPercent, random, verify, shape, blocks, other);
    }
}
