// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.ByteSize;
import io.hotbay.bdev.ResizableDevice;
import io.hotbay.target.TargetException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A bdev that is to have another size: what is wrong with that, and the configuration it takes.
 *
 * @param stored its configuration as it is
 * @param size as it was asked for
 * @param bytes the same
 * @param force whether contents may be lost
 */
record Resize(Stored stored, String size, long bytes, boolean force) {
    private static final String SIZE = "size";

    static Resize of(Stored stored, Optional<OptionSet> options, String size, boolean force) throws TargetException {
        if (options.isEmpty() || !options.get().has(SIZE)) {
            throw new TargetException("bdev " + stored.bdevName() + " cannot be resized: "
                    + (options.isEmpty()
                            ? "no bundle with the type " + stored.bdevType() + " is started"
                            : "bdevs of type " + stored.bdevType() + " have no option " + SIZE
                                    + ", their size is that of what they stand on"));
        }
        try {
            return new Resize(stored, size.strip(), ByteSize.parse(size), force);
        } catch (IllegalArgumentException e) {
            throw new TargetException("bdev " + stored.bdevName() + ": size " + e.getMessage(), e);
        }
    }

    /** Whether it is to become what it is. */
    boolean isNone(BlockDevice bdev) {
        return bdev.blocks() * bdev.blockSize() == bytes && configuredBytes() == bytes;
    }

    private long configuredBytes() {
        try {
            return ByteSize.parse(String.valueOf(stored.properties().get(SIZE)));
        } catch (IllegalArgumentException e) {
            return -1;
        }
    }

    /** Checks it against the bdev that works now, before anything is changed. */
    void check(BlockDevice bdev) throws TargetException {
        long now = bdev.blocks() * bdev.blockSize();
        if (bytes < bdev.blockSize() || bytes % bdev.blockSize() != 0) {
            throw new TargetException("bdev " + bdev.name() + " cannot have " + bytes
                    + " bytes: a size must be at least"
                    + " one block and a multiple of the block size (" + bdev.blockSize() + "); use, for example, "
                    + Math.max(1, bytes / bdev.blockSize()) * bdev.blockSize());
        }
        if (bytes < now && !force) {
            refuseLoss(bdev);
        }
    }

    private void refuseLoss(BlockDevice bdev) throws TargetException {
        if (!(bdev instanceof ResizableDevice resizable)) {
            throw new TargetException("bdev " + bdev.name() + " cannot tell whether it has contents beyond "
                    + ByteSize.format(bytes) + ": if they may be lost, use --force");
        }
        long end;
        try {
            end = resizable.dataEnd(bytes);
        } catch (IOException e) {
            throw new TargetException("bdev " + bdev.name() + " cannot be resized: " + e.getMessage(), e);
        }
        if (end > bytes) {
            long least = (end + bdev.blockSize() - 1) / bdev.blockSize() * bdev.blockSize();
            throw new TargetException("bdev " + bdev.name() + " has contents up to byte " + end + ", beyond "
                    + ByteSize.format(bytes) + " (" + bytes + " bytes): use " + least
                    + " or more, shrink what is on the disk first, or lose what lies beyond with --force");
        }
    }

    /** The bdev as it is wanted. */
    BdevEntry entry() {
        Map<String, Object> options = new LinkedHashMap<>(stored.options());
        options.put(SIZE, size);
        return new BdevEntry(stored.bdevType(), stored.bdevName(), options);
    }
}
