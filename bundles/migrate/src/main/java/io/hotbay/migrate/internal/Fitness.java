// SPDX-License-Identifier: Apache-2.0
package io.hotbay.migrate.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdev.ByteSize;
import io.hotbay.bdev.ResizableDevice;
import io.hotbay.target.TargetException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** Whether a bdev can take the place of another one without guests noticing. */
final class Fitness {
    private static final int[] NEEDED = {
        BlockType.READ, BlockType.WRITE, BlockType.FLUSH, BlockType.DISCARD, BlockType.WRITE_ZEROES
    };

    private Fitness() {}

    /**
     * Complains of a destination that does not fit, or does not keep what is written to it.
     *
     * @param overwrite whether its contents may be lost
     */
    static void check(BlockDevice source, BlockDevice destination, String type, boolean overwrite)
            throws TargetException {
        String bdev = "bdev " + source.name();
        if (destination.blockSize() != source.blockSize()) {
            throw new TargetException(bdev + " has blocks of " + source.blockSize() + " bytes, the " + type
                    + " bdev of " + destination.blockSize() + ": they must be the same, so give block_size="
                    + source.blockSize());
        }
        if (destination.blocks() < source.blocks()) {
            throw new TargetException(bdev + " has " + size(source) + ", which do not fit in the " + size(destination)
                    + " of the " + type + " bdev");
        }
        if (destination.readOnly()) {
            throw new TargetException("the " + type + " bdev is read-only: nothing can be copied to it");
        }
        for (int each : NEEDED) {
            if (source.supports(each) && !destination.supports(each)) {
                throw new TargetException("a " + type + " bdev does no " + BlockType.name(each)
                        + " requests, and guests of " + source.name() + " may make them");
            }
        }
        try {
            refuseContents(destination, type, overwrite);
            probe(source, destination, type);
        } catch (IOException e) {
            throw new TargetException(bdev + " cannot be migrated: " + e.getMessage(), e);
        }
    }

    private static String size(BlockDevice bdev) {
        long bytes = bdev.blocks() * bdev.blockSize();
        return ByteSize.format(bytes) + " (" + bytes + " bytes)";
    }

    private static void refuseContents(BlockDevice destination, String type, boolean overwrite)
            throws IOException, TargetException {
        if (!overwrite && destination instanceof ResizableDevice resizable && resizable.dataEnd(0) > 0) {
            throw new TargetException(
                    "the " + type + " bdev has contents already, which would be lost: name another one,"
                            + " or lose them with --overwrite");
        }
    }

    /** The first block is going to be overwritten anyway. */
    private static void probe(BlockDevice source, BlockDevice destination, String type)
            throws IOException, TargetException {
        int length = destination.blockSize();
        ByteBuffer buffer = Copier.buffer(length);
        byte[] pattern = new byte[length];
        new Random().nextBytes(pattern);
        try (DiskAccess access = new DiskAccess("destination", destination, buffer)) {
            buffer.put(0, pattern);
            access.write(0, length);
            buffer.put(0, new byte[length]);
            access.read(0, length);
        }
        byte[] back = new byte[length];
        buffer.get(0, back);
        if (!Arrays.equals(pattern, back)) {
            throw new TargetException(
                    "a " + type + " bdev does not keep what is written to it: " + source.name() + " would be lost");
        }
    }
}
