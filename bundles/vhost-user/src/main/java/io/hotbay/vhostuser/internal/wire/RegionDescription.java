// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.wire;

import java.nio.ByteBuffer;

/**
 * "mem region" (vhost-user specification, "Memory region description").
 *
 * <pre>
 *   0                8      16             24            32
 *   | guest address  | size | user address | mmap offset |
 * </pre>
 *
 * @param guestAddress guest physical address
 * @param size bytes
 * @param userAddress address in the front-end's address space
 * @param mmapOffset where it starts in the file that comes with it
 */
public record RegionDescription(long guestAddress, long size, long userAddress, long mmapOffset) {
    /** Bytes of the structure. */
    public static final int SIZE = 32;

    private static final int GUEST_ADDRESS = 0;
    private static final int REGION_SIZE = 8;
    private static final int USER_ADDRESS = 16;
    private static final int MMAP_OFFSET = 24;

    /** Reads a region that starts at an offset of the payload. */
    public static RegionDescription read(ByteBuffer payload, int offset) {
        return new RegionDescription(
                payload.getLong(offset + GUEST_ADDRESS),
                payload.getLong(offset + REGION_SIZE),
                payload.getLong(offset + USER_ADDRESS),
                payload.getLong(offset + MMAP_OFFSET));
    }

    /** Writes a region that starts at an offset of the payload. */
    public void put(ByteBuffer payload, int offset) {
        payload.putLong(offset + GUEST_ADDRESS, guestAddress)
                .putLong(offset + REGION_SIZE, size)
                .putLong(offset + USER_ADDRESS, userAddress)
                .putLong(offset + MMAP_OFFSET, mmapOffset);
    }

    /** Whether REM_MEM_REG with this description means another region: the mmap offset does not count. */
    public boolean names(RegionDescription other) {
        return guestAddress == other.guestAddress && size == other.size && userAddress == other.userAddress;
    }

    @Override
    public String toString() {
        return "region at guest address 0x" + Long.toHexString(guestAddress) + " with 0x" + Long.toHexString(size)
                + " bytes";
    }
}
