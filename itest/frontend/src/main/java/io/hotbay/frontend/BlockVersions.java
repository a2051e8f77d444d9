// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

/**
 * Which version of each block a disk must hold. A block belongs to one request at a time, so that there never is a doubt
 * about what a read has to bring. For one thread.
 */
public final class BlockVersions {
    /** Most blocks it keeps account of: about 20 MiB. */
    public static final int MOST = 4 << 20;

    /** Stands for content that nobody knows: never written, or the write failed. */
    private static final int UNKNOWN = 0;

    private final int[] versions;
    private final boolean[] taken;
    private final long seed;

    /**
     * Makes an account of blocks whose content is not known yet.
     *
     * @param blocks how many, at most {@link #MOST}
     * @param seed makes content differ from that of another run
     */
    public BlockVersions(long blocks, long seed) {
        if (blocks < 1 || blocks > MOST) {
            throw new IllegalArgumentException(
                    "versions are kept of 1 to " + MOST + " blocks, not of " + Long.toUnsignedString(blocks));
        }
        versions = new int[(int) blocks];
        taken = new boolean[(int) blocks];
        this.seed = seed;
    }

    /** Takes a block, or the next one after it that no request has; there must be one. */
    int take(long wanted) {
        int block = (int) wanted;
        while (taken[block]) {
            block = block + 1 < taken.length ? block + 1 : 0;
        }
        taken[block] = true;
        return block;
    }

    /** Gives a block back. */
    void release(int block) {
        taken[block] = false;
    }

    /** Whether it is known what a block holds. */
    boolean isKnown(int block) {
        return versions[block] != UNKNOWN;
    }

    /** Salt of the content that a block holds. */
    long current(int block) {
        return salt(versions[block]);
    }

    /** Salt of the content that is to be written to a block. */
    long next(int block) {
        return salt(versions[block] + 1);
    }

    /** A block was written. */
    void written(int block) {
        versions[block]++;
    }

    /** A write of a block failed: nobody knows what it holds. */
    void failed(int block) {
        versions[block] = UNKNOWN;
    }

    private long salt(int version) {
        return seed + version * 0x100000001b3L;
    }
}
