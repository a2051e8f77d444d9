// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Every type of request on every queue of a running session, right and wrong ones, with what must come of them. */
final class BlockExercise {
    /** Requests in flight at a time. */
    private static final int DEPTH = 32;
    /** A type that no specification knows. */
    private static final int UNKNOWN_TYPE = 0x7f;
    /** A flag of ranges that no specification knows. */
    private static final int UNKNOWN_FLAG = 1 << 5;
    /** Salt of the marks that must survive stops and reconnections. */
    private static final long MARK = 77;

    private final String name;
    private final FrontendSession session;
    private final Expectations disk;
    private final long[] buffers;

    BlockExercise(String name, FrontendSession session, Expectations disk) {
        this.name = name;
        this.session = session;
        this.disk = disk;
        buffers = new long[session.queues().size()];
    }

    void runAll() throws IOException {
        for (FrontendQueue queue : session.queues()) {
            for (ChainShape shape : shapes(queue)) {
                queue.blocks().shape(shape);
                transfer(queue);
                identify(queue);
            }
            if (!disk.readOnly()) {
                flush(queue);
                zero(queue);
                discard(queue);
                crowd(queue, 2 * queue.ring().size() / DEPTH + 1);
            }
            refuse(queue);
        }
        mark();
    }

    /** A few requests, to see that the rings run. */
    void runShort() throws IOException {
        for (FrontendQueue queue : session.queues()) {
            if (disk.readOnly()) {
                readBlock(queue);
            } else {
                crowd(queue, 1);
            }
        }
    }

    private static List<ChainShape> shapes(FrontendQueue queue) {
        List<ChainShape> shapes = new ArrayList<>(List.of(ChainShape.FRAGMENTED, ChainShape.DIRECT));
        if (queue.blocks().isIndirect()) {
            shapes.add(ChainShape.INDIRECT);
        }
        return shapes;
    }

    // ---- content that outlives the session

    private long markSector(FrontendQueue queue) {
        return sectorOf(8 + queue.index());
    }

    private void mark() throws IOException {
        if (disk.readOnly()) {
            return;
        }
        for (FrontendQueue queue : session.queues()) {
            byte[] content = SectorPattern.of(markSector(queue), disk.blockSize(), MARK);
            expect(
                    queue,
                    "write of the mark",
                    BlockRequestType.OK,
                    queue.driver().write(markSector(queue), content));
        }
    }

    void verifyMarks() throws IOException {
        if (disk.readOnly()) {
            return;
        }
        for (FrontendQueue queue : session.queues()) {
            BlockResult result = queue.driver().read(markSector(queue), disk.blockSize());
            expect(queue, "read of the mark", BlockRequestType.OK, result);
            byte[] content = SectorPattern.of(markSector(queue), disk.blockSize(), MARK);
            Check.that(Arrays.equals(content, result.data()), text(queue, "the mark is lost"));
        }
    }

    // ---- right requests

    private void transfer(FrontendQueue queue) throws IOException {
        int[] lengths = {disk.blockSize(), 3 * disk.blockSize(), Math.max(64 << 10, disk.blockSize())};
        for (int length : lengths) {
            long last = disk.sectors() - length / BlockDriver.SECTOR;
            for (long sector : new long[] {0, sectorOf(blocks() / 2), last}) {
                transfer(queue, sector, length);
            }
        }
    }

    private void transfer(FrontendQueue queue, long sector, int length) throws IOException {
        String what = length + " bytes at sector " + sector;
        byte[] content = SectorPattern.of(sector, length, length + queue.index());
        if (!disk.readOnly()) {
            BlockResult written = queue.driver().write(sector, content);
            expect(queue, "write of " + what, BlockRequestType.OK, written);
            Check.equal(text(queue, "used length of a write"), 1, written.usedLength());
        }
        BlockResult read = queue.driver().read(sector, length);
        expect(queue, "read of " + what, BlockRequestType.OK, read);
        Check.equal(text(queue, "used length of a read of " + what), length + 1, read.usedLength());
        if (!disk.readOnly()) {
            Check.that(Arrays.equals(content, read.data()), text(queue, what + " read differ from those written"));
        }
    }

    private void readBlock(FrontendQueue queue) throws IOException {
        expect(queue, "read", BlockRequestType.OK, queue.driver().read(0, disk.blockSize()));
    }

    private void identify(FrontendQueue queue) throws IOException {
        BlockResult result = queue.driver().identify();
        expect(queue, "GET_ID", BlockRequestType.OK, result);
        if (disk.id() != null) {
            Check.that(disk.id().equals(result.text()), text(queue, "the id is \"" + result.text() + "\""));
        }
    }

    private void flush(FrontendQueue queue) throws IOException {
        if (session.has(DeviceFeatures.FLUSH)) {
            expect(queue, "FLUSH", BlockRequestType.OK, queue.driver().flush());
        }
    }

    private void zero(FrontendQueue queue) throws IOException {
        if (!session.has(DeviceFeatures.WRITE_ZEROES)) {
            return;
        }
        int length = 4 * disk.blockSize();
        long sector = sectorOf(16);
        for (int flags : new int[] {0, session.config().writeZeroesMayUnmap() ? SectorRange.UNMAP : 0}) {
            expect(
                    queue,
                    "write",
                    BlockRequestType.OK,
                    queue.driver().write(sector, SectorPattern.of(sector, length, 5)));
            SectorRange middle =
                    new SectorRange(sector + sectorOf(1), 2 * disk.blockSize() / BlockDriver.SECTOR, flags);
            expect(queue, "WRITE_ZEROES", BlockRequestType.OK, queue.driver().writeZeroes(middle));
            byte[] expected = SectorPattern.of(sector, length, 5);
            Arrays.fill(expected, disk.blockSize(), 3 * disk.blockSize(), (byte) 0);
            BlockResult read = queue.driver().read(sector, length);
            Check.that(Arrays.equals(expected, read.data()), text(queue, "WRITE_ZEROES zeroed the wrong bytes"));
        }
    }

    private void discard(FrontendQueue queue) throws IOException {
        if (!session.has(DeviceFeatures.DISCARD)) {
            return;
        }
        long sector = sectorOf(16);
        int length = 3 * disk.blockSize();
        expect(queue, "write", BlockRequestType.OK, queue.driver().write(sector, SectorPattern.of(sector, length, 6)));
        SectorRange middle = new SectorRange(sector + sectorOf(1), disk.blockSize() / BlockDriver.SECTOR, 0);
        expect(queue, "DISCARD", BlockRequestType.OK, queue.driver().discard(middle));
        byte[] expected = SectorPattern.of(sector, length, 6);
        BlockResult read = queue.driver().read(sector, length);
        boolean kept = Arrays.equals(expected, 0, disk.blockSize(), read.data(), 0, disk.blockSize())
                && Arrays.equals(expected, 2 * disk.blockSize(), length, read.data(), 2 * disk.blockSize(), length);
        Check.that(kept, text(queue, "DISCARD touched blocks beside its range"));
    }

    /** Many requests at a time, in rounds, so that all indices go round the ring. */
    private void crowd(FrontendQueue queue, int rounds) throws IOException {
        int depth = Math.min(DEPTH, queue.ring().free() / 3);
        long buffer = buffer(queue);
        ByteBuffer window = session.memory().window(buffer, DEPTH * disk.blockSize());
        for (int round = 0; round < rounds; round++) {
            long salt = round + 100L * queue.index();
            long first = sectorOf(32 + DEPTH * (long) queue.index());
            for (int i = 0; i < depth; i++) {
                SectorPattern.fill(window, i * disk.blockSize(), first + sectorOf(i), disk.blockSize(), salt);
            }
            crowd(queue, BlockRequestType.OUT, first, depth, buffer);
            for (int i = 0; i < depth * disk.blockSize(); i += Long.BYTES) {
                window.putLong(i, 0);
            }
            crowd(queue, BlockRequestType.IN, first, depth, buffer);
            for (int i = 0; i < depth; i++) {
                Check.that(
                        SectorPattern.matches(
                                window, i * disk.blockSize(), first + sectorOf(i), disk.blockSize(), salt),
                        text(queue, "block " + i + " of " + depth + " in flight came back with other content"));
            }
        }
    }

    private void crowd(FrontendQueue queue, int type, long first, int depth, long buffer) throws IOException {
        BlockQueue blocks = queue.blocks();
        for (int i = 0; i < depth; i++) {
            blocks.submit(type, first + sectorOf(i), buffer + (long) i * disk.blockSize(), disk.blockSize());
        }
        blocks.flush();
        for (int i = 0; i < depth; i++) {
            int tag = blocks.await();
            Check.equal(
                    text(queue, "status of one of " + depth + " requests"), BlockRequestType.OK, blocks.status(tag));
        }
    }

    private long buffer(FrontendQueue queue) {
        int index = queue.index();
        if (buffers[index] == 0) {
            buffers[index] = session.memory().allocate((long) DEPTH * disk.blockSize(), BlockDriver.SECTOR);
        }
        return buffers[index];
    }

    // ---- wrong requests

    private void refuse(FrontendQueue queue) throws IOException {
        BlockDriver driver = queue.driver();
        int block = disk.blockSize();
        long end = disk.sectors();
        refuseRead(queue, "read behind the end", end, block);
        refuseRead(queue, "read across the end", end - sectorOf(1), 2 * block);
        refuseRead(queue, "read far away", -sectorOf(1), block);
        refuseRead(queue, "read of 100 bytes", 0, 100);
        expect(queue, "write behind the end", BlockRequestType.IOERR, driver.write(end, new byte[block]));
        expect(queue, "unknown request", BlockRequestType.UNSUPP, driver.execute(UNKNOWN_TYPE, 0, new byte[0]));
        if (disk.readOnly()) {
            expect(queue, "write to a read-only disk", BlockRequestType.IOERR, driver.write(0, new byte[block]));
            return;
        }
        if (session.has(DeviceFeatures.DISCARD)) {
            refuseRanges(queue, BlockRequestType.DISCARD, session.config().maxDiscardSegments());
            SectorRange unmap = new SectorRange(0, sectors(block), SectorRange.UNMAP);
            expect(queue, "DISCARD with unmap", BlockRequestType.UNSUPP, driver.discard(unmap));
        }
        if (session.has(DeviceFeatures.WRITE_ZEROES)) {
            refuseRanges(queue, BlockRequestType.WRITE_ZEROES, session.config().maxWriteZeroesSegments());
        }
    }

    /** libblkio takes all of a failed read for written, and ends its process when it is told another length. */
    private void refuseRead(FrontendQueue queue, String what, long sector, int length) throws IOException {
        BlockResult result = queue.driver().read(sector, length);
        expect(queue, what, BlockRequestType.IOERR, result);
        Check.equal(text(queue, "used length of a " + what), length + 1, result.usedLength());
    }

    private void refuseRanges(FrontendQueue queue, int type, int mostRanges) throws IOException {
        int block = sectors(disk.blockSize());
        SectorRange beyond = new SectorRange(disk.sectors(), block, 0);
        expect(queue, "range behind the end", BlockRequestType.IOERR, ranges(queue, type, beyond));
        SectorRange huge = new SectorRange(0, -1, 0);
        expect(queue, "range of 2^32 - 1 sectors", BlockRequestType.IOERR, ranges(queue, type, huge));
        SectorRange flagged = new SectorRange(0, block, UNKNOWN_FLAG);
        expect(queue, "range with an unknown flag", BlockRequestType.UNSUPP, ranges(queue, type, flagged));
        SectorRange[] tooMany = new SectorRange[mostRanges + 1];
        Arrays.fill(tooMany, new SectorRange(0, block, 0));
        expect(queue, tooMany.length + " ranges", BlockRequestType.UNSUPP, ranges(queue, type, tooMany));
        BlockResult torn = queue.driver().execute(type, 0, new byte[SectorRange.BYTES - 1]);
        expect(queue, "a range of 15 bytes", BlockRequestType.IOERR, torn);
    }

    private static BlockResult ranges(FrontendQueue queue, int type, SectorRange... ranges) throws IOException {
        return type == BlockRequestType.DISCARD
                ? queue.driver().discard(ranges)
                : queue.driver().writeZeroes(ranges);
    }

    // ---- places

    private long blocks() {
        return disk.capacity() / disk.blockSize();
    }

    private long sectorOf(long block) {
        return block * disk.blockSize() / BlockDriver.SECTOR;
    }

    private static int sectors(int bytes) {
        return bytes / BlockDriver.SECTOR;
    }

    private void expect(FrontendQueue queue, String what, int status, BlockResult result) {
        Check.equal(text(queue, "status of " + what), status, result.status());
    }

    private String text(FrontendQueue queue, String what) {
        return name + ", queue " + queue.index() + ": " + what;
    }
}
