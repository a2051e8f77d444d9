// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** One request after the other on a queue, each awaited: what tests read like. */
public final class BlockDriver {
    /** Bytes of a sector, the unit of all addresses. */
    public static final int SECTOR = 512;
    /** Bytes of a device's id. */
    public static final int ID_BYTES = 20;
    /** Most bytes of one request. */
    public static final int LARGEST = 256 * 1024;

    private final BlockQueue queue;
    private final ByteBuffer buffer;
    private final long bufferAddress;

    /** Makes a driver over a queue that does nothing else; takes memory for the data. */
    public BlockDriver(FrontendMemory memory, BlockQueue queue) {
        this.queue = queue;
        bufferAddress = memory.allocate(LARGEST, SECTOR);
        buffer = memory.window(bufferAddress, LARGEST);
    }

    /** The queue below. */
    public BlockQueue queue() {
        return queue;
    }

    /** Reads. */
    public BlockResult read(long sector, int length) throws IOException {
        return execute(BlockRequestType.IN, sector, length);
    }

    /** Writes. */
    public BlockResult write(long sector, byte[] data) throws IOException {
        return execute(BlockRequestType.OUT, sector, data);
    }

    /** Makes writes durable. */
    public BlockResult flush() throws IOException {
        return execute(BlockRequestType.FLUSH, 0, 0);
    }

    /** Asks for the device's id. */
    public BlockResult identify() throws IOException {
        return execute(BlockRequestType.GET_ID, 0, ID_BYTES);
    }

    /** Discards ranges. */
    public BlockResult discard(SectorRange... ranges) throws IOException {
        return execute(BlockRequestType.DISCARD, 0, encode(ranges));
    }

    /** Writes zeros to ranges. */
    public BlockResult writeZeroes(SectorRange... ranges) throws IOException {
        return execute(BlockRequestType.WRITE_ZEROES, 0, encode(ranges));
    }

    /** Executes a request with data for the device to read. */
    public BlockResult execute(int type, long sector, byte[] data) throws IOException {
        buffer.put(0, data);
        int tag = queue.submit(type, sector, bufferAddress, data.length);
        return finish(tag, 0);
    }

    /** Executes a request whose data, if it has any, the device writes; the buffer is filled with 0xa5 before. */
    public BlockResult execute(int type, long sector, int length) throws IOException {
        for (int i = 0; i < length; i++) {
            buffer.put(i, (byte) 0xa5);
        }
        int tag = queue.submit(type, sector, bufferAddress, length);
        return finish(tag, length);
    }

    private BlockResult finish(int tag, int length) throws IOException {
        queue.flush();
        int completed = queue.await();
        if (completed != tag) {
            throw new ProtocolViolationException("request " + tag + " was awaited, " + completed + " was completed");
        }
        byte[] data = new byte[length];
        buffer.get(0, data);
        return new BlockResult(queue.status(tag), data, queue.usedLength(tag));
    }

    private static byte[] encode(SectorRange... ranges) {
        ByteBuffer encoded =
                ByteBuffer.allocate(SectorRange.BYTES * ranges.length).order(ByteOrder.LITTLE_ENDIAN);
        for (SectorRange range : ranges) {
            encoded.putLong(range.sector()).putInt(range.sectors()).putInt(range.flags());
        }
        return encoded.array();
    }
}
