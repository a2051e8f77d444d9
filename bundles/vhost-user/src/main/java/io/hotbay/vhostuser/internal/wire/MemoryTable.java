// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * "mem table" and "single region" (vhost-user specification, "Multiple memory regions description", "Single memory region
 * description").
 *
 * <pre>
 *   0       4         8
 *   | count | padding | count × region |
 *   |     padding     |     region     |
 * </pre>
 */
public final class MemoryTable {
    /** Offset of the first region. */
    public static final int REGIONS = 8;
    /** Bytes of the payload of ADD_MEM_REG and REM_MEM_REG. */
    public static final int SINGLE_REGION_SIZE = REGIONS + RegionDescription.SIZE;
    /** Most regions in one message: as many as descriptors are received with it. */
    public static final int LARGEST_COUNT = 64;

    private static final int COUNT = 0;

    private MemoryTable() {}

    /** Number of regions the table says it has. */
    public static int count(ByteBuffer payload) {
        return payload.getInt(COUNT);
    }

    /** Bytes of a table with a number of regions, or -1 when there may not be so many. */
    public static int size(int count) {
        return count >= 0 && count <= LARGEST_COUNT ? REGIONS + count * RegionDescription.SIZE : -1;
    }

    /** Reads all regions of a table. */
    public static List<RegionDescription> read(ByteBuffer payload) {
        int count = count(payload);
        List<RegionDescription> regions = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            regions.add(RegionDescription.read(payload, REGIONS + i * RegionDescription.SIZE));
        }
        return regions;
    }

    /** Reads a single region. */
    public static RegionDescription readSingle(ByteBuffer payload) {
        return RegionDescription.read(payload, REGIONS);
    }
}
