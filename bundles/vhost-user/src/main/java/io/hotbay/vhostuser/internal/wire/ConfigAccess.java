// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.wire;

import java.nio.ByteBuffer;

/**
 * "config": a piece of the device's configuration space (vhost-user specification, "Virtio device config space").
 *
 * <pre>
 *   0        4      8       12
 *   | offset | size | flags | contents of size bytes |
 * </pre>
 *
 * <p>Flags mean different things to different front-ends, so nothing depends on them.
 *
 * @param offset as the front-end gave it
 * @param size bytes
 * @param flags as the front-end gave them
 */
public record ConfigAccess(int offset, int size, int flags) {
    /** Offset of the contents in the payload. */
    public static final int CONTENTS = 12;
    /** Bytes of configuration space that can be reached. */
    public static final int SPACE = 4096;

    /** Where older rust-vmm front-ends let the space begin: its offset inside virtio-mmio registers. */
    private static final int MMIO_OFFSET = 0x100;

    private static final int OFFSET = 0;
    private static final int SIZE = 4;
    private static final int FLAGS = 8;

    /** Reads the fields. */
    public static ConfigAccess read(ByteBuffer payload) {
        return new ConfigAccess(payload.getInt(OFFSET), payload.getInt(SIZE), payload.getInt(FLAGS));
    }

    /** Writes the fields. */
    public void put(ByteBuffer payload) {
        payload.putInt(OFFSET, offset).putInt(SIZE, size).putInt(FLAGS, flags);
    }

    /** Where the piece begins in the device's configuration space. */
    public int deviceOffset() {
        return offset >= MMIO_OFFSET ? offset - MMIO_OFFSET : offset;
    }

    /** Whether the piece lies inside the space that can be reached. */
    public boolean isInside() {
        return offset >= 0 && deviceOffset() < SPACE && size >= 0 && size <= SPACE - deviceOffset();
    }
}
