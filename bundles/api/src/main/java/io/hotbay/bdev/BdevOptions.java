// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The options that bdevs which bring no size or identity of their own have in common, checked.
 *
 * @param name letters, digits, '.', '_', '-', at most 64
 * @param size capacity in bytes: a multiple of the block size, at least one block
 * @param blockSize logical block size in bytes: a power of two from {@link #MIN_BLOCK_SIZE} to {@link #MAX_BLOCK_SIZE}
 * @param physicalBlockSize physical block size in bytes: a power of two from the block size to {@link #MAX_BLOCK_SIZE}
 * @param uuid stays the same over restarts
 * @param readOnly whether writes are refused
 */
public record BdevOptions(String name, long size, int blockSize, int physicalBlockSize, UUID uuid, boolean readOnly) {
    /** Smallest logical block size in bytes. */
    public static final int MIN_BLOCK_SIZE = 512;

    /** Largest logical and physical block size in bytes. */
    public static final int MAX_BLOCK_SIZE = 65_536;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /** All groups in full length; UUID.fromString would take less. */
    private static final Pattern UUID_TEXT = Pattern.compile("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException if one is wrong; the message names the bdev and the option
     */
    public BdevOptions {
        checkName(name);
        check(
                isPowerOfTwo(blockSize) && blockSize >= MIN_BLOCK_SIZE && blockSize <= MAX_BLOCK_SIZE,
                name,
                "block_size is " + blockSize + ": must be a power of two from 512 to 65536");
        check(
                isPowerOfTwo(physicalBlockSize)
                        && physicalBlockSize >= blockSize
                        && physicalBlockSize <= MAX_BLOCK_SIZE,
                name,
                "physical_block_size is " + physicalBlockSize + ": must be a power of two from the block size ("
                        + blockSize + ") to 65536, or 0 for the block size");
        check(size > 0, name, "size is 0: must be at least one block of " + blockSize + " bytes");
        check(
                size % blockSize == 0,
                name,
                "size of " + size + " bytes is no multiple of the block size (" + blockSize + "): use, for example, "
                        + Math.max(1, size / blockSize) * blockSize);
    }

    /**
     * Reads options as a configuration has them.
     *
     * @param size as {@link ByteSize#parse} takes it
     * @param physicalBlockSize 0 for the block size
     * @param uuid empty for one that is derived from the name
     * @throws IllegalArgumentException if one is wrong; the message names the bdev and the option
     */
    public static BdevOptions of(
            String name, String size, int blockSize, int physicalBlockSize, String uuid, boolean readOnly) {
        String known = name == null ? "" : name;
        checkName(known);
        return new BdevOptions(
                known,
                size(known, size),
                blockSize,
                physicalBlockSize == 0 ? blockSize : physicalBlockSize,
                uuid(known, uuid == null ? "" : uuid.strip()),
                readOnly);
    }

    private static void checkName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("\"" + name
                    + "\" is no name for a bdev: use 1 to 64 letters, digits, '.', '_' and '-' (option "
                    + BlockDevice.NAME + ")");
        }
    }

    private static long size(String name, String text) {
        check(text != null && !text.isBlank(), name, "option size is missing: give it, such as size=64MiB");
        try {
            return ByteSize.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("bdev " + name + ": size " + e.getMessage(), e);
        }
    }

    private static UUID uuid(String name, String text) {
        if (text.isEmpty()) {
            return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
        }
        check(
                UUID_TEXT.matcher(text).matches(),
                name,
                "uuid \"" + text + "\" is none: write it like 6f0e37a1-5d0c-4b6c-9a0e-0d8f2d1c7b11, or leave it out");
        return UUID.fromString(text);
    }

    private static boolean isPowerOfTwo(int number) {
        return Integer.bitCount(number) == 1 && number > 0;
    }

    private static void check(boolean condition, String name, String message) {
        if (!condition) {
            throw new IllegalArgumentException("bdev " + name + ": " + message);
        }
    }

    /** Capacity in blocks. */
    public long blocks() {
        return size / blockSize;
    }

    /**
     * Checks a request at the moment it is carried out; the device may have become smaller, or read-only, since it was submitted.
     *
     * @param offset first byte of the range
     * @param length bytes of the range
     * @return {@link BlockStatus#OK}, {@link BlockStatus#READ_ONLY} or {@link BlockStatus#OUT_OF_RANGE}
     */
    public int check(int type, long offset, long length) {
        boolean writes = type == BlockType.WRITE || type == BlockType.DISCARD || type == BlockType.WRITE_ZEROES;
        if (writes && readOnly) {
            return BlockStatus.READ_ONLY;
        }
        boolean hasRange = writes || type == BlockType.READ;
        boolean outside = offset < 0 || length < 0 || length > size || offset > size - length;
        return hasRange && outside ? BlockStatus.OUT_OF_RANGE : BlockStatus.OK;
    }
}
