// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevuring.internal;

import static io.hotbay.bdevuring.internal.UringDisk.high;
import static io.hotbay.bdevuring.internal.UringDisk.low;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdevuring.internal.UringDisk.Settings;
import io.hotbay.linux.CopyList;
import io.hotbay.linux.FileStatus;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UringChannelTest {
    private static final int DISK_SIZE = 8 << 20;
    private static final int LENGTH = 64 << 10;

    /** Ways into a file that take different paths through the channel. */
    enum Kind {
        PAGE_CACHE,
        DIRECT,
        /** With holes: only writes are copied. */
        IN_MEMORY,
        IN_MEMORY_WITHOUT_HOLES;

        boolean isInMemory() {
            return this == IN_MEMORY || this == IN_MEMORY_WITHOUT_HOLES;
        }
    }

    @TempDir
    Path directory;

    private Path memory;
    private Path file;
    private UringDisk disk;

    private void open(Kind kind) throws IOException {
        if (kind.isInMemory()) {
            memory = Files.createTempFile(Path.of("/dev/shm"), "hotbay-uring-test", "");
            file = memory;
        } else {
            file = directory.resolve("disk");
            Files.createFile(file);
        }
        try (RandomAccessFile sized = new RandomAccessFile(file.toFile(), "rw")) {
            sized.setLength(DISK_SIZE);
            if (kind == Kind.IN_MEMORY_WITHOUT_HOLES) {
                sized.write(new byte[DISK_SIZE]);
            }
        }
        disk = new UringDisk(Settings.of(file).direct(kind == Kind.DIRECT));
    }

    @AfterEach
    void close() throws IOException {
        if (disk != null) {
            disk.close();
        }
        if (memory != null) {
            Files.delete(memory);
        }
    }

    private byte[] content(int offset, int length) throws IOException {
        return Arrays.copyOfRange(Files.readAllBytes(file), offset, offset + length);
    }

    @ParameterizedTest
    @EnumSource
    void shouldWriteAndReadBackPiecesOfBothWindows(Kind kind) throws IOException {
        open(kind);
        disk.fill(1);
        assertThat(disk.run(BlockType.WRITE, 4096, 3 * 4096, low(8192), 4096, high(0), 8192))
                .isEqualTo(BlockStatus.OK);
        assertThat(disk.run(BlockType.FLUSH, 0, 0)).isEqualTo(BlockStatus.OK);
        assertThat(content(4096, 4096)).isEqualTo(disk.guest(low(8192), 4096));
        assertThat(content(8192, 8192)).isEqualTo(disk.guest(high(0), 8192));

        byte[] expected = content(0, LENGTH);
        disk.fill(3);
        assertThat(disk.run(BlockType.READ, 0, LENGTH, high(4096), LENGTH)).isEqualTo(BlockStatus.OK);
        assertThat(disk.guest(high(4096), LENGTH)).isEqualTo(expected);
    }

    /** More pieces than the kernel takes at once. */
    @ParameterizedTest
    @EnumSource
    void shouldMoveARequestOfVeryManyPieces(Kind kind) throws IOException {
        open(kind);
        int pieces = 1500;
        long[] list = new long[2 * pieces];
        for (int i = 0; i < pieces; i++) {
            list[2 * i] = low(1024 * ((i * 7) % pieces));
            list[2 * i + 1] = 512;
        }
        disk.fill(1);
        assertThat(disk.run(BlockType.WRITE, 0, pieces * 512L, list)).isEqualTo(BlockStatus.OK);
        assertThat(content(512 * 1400, 512)).isEqualTo(disk.guest(list[2 * 1400], 512));
        assertThat(content(0, 512)).isEqualTo(disk.guest(low(0), 512));

        byte[] last = disk.guest(list[2 * (pieces - 1)], 512);
        disk.fill(9);
        assertThat(disk.run(BlockType.READ, 0, pieces * 512L, list)).isEqualTo(BlockStatus.OK);
        assertThat(disk.guest(list[2 * (pieces - 1)], 512)).isEqualTo(last);
    }

    /** Firmware lays its buffers out as it likes. */
    @ParameterizedTest
    @EnumSource
    void shouldMoveDataThatIsNotAligned(Kind kind) throws IOException {
        open(kind);
        disk.fill(1);
        assertThat(disk.run(BlockType.WRITE, 512, 3L * LENGTH, low(1), LENGTH, high(3), 2 * LENGTH))
                .isEqualTo(BlockStatus.OK);
        assertThat(content(512, LENGTH)).isEqualTo(disk.guest(low(1), LENGTH));
        assertThat(content(512 + LENGTH, 2 * LENGTH)).isEqualTo(disk.guest(high(3), 2 * LENGTH));

        byte[] expected = content(512, 3 * LENGTH);
        disk.fill(3);
        assertThat(disk.run(BlockType.READ, 512, 3L * LENGTH, high(7), 100, low(5), 3 * LENGTH - 100))
                .isEqualTo(BlockStatus.OK);
        assertThat(disk.guest(high(7), 100)).isEqualTo(Arrays.copyOf(expected, 100));
        assertThat(disk.guest(low(5), 3 * LENGTH - 100)).isEqualTo(Arrays.copyOfRange(expected, 100, 3 * LENGTH));
    }

    @ParameterizedTest
    @EnumSource
    void shouldDiscardAndZero(Kind kind) throws IOException {
        open(kind);
        disk.fill(1);
        assertThat(disk.run(BlockType.WRITE, 0, 4L * LENGTH, low(0), 4 * LENGTH))
                .isEqualTo(BlockStatus.OK);
        assertThat(disk.run(BlockType.DISCARD, LENGTH, LENGTH)).isEqualTo(BlockStatus.OK);
        assertThat(disk.run(BlockType.WRITE_ZEROES, 2 * LENGTH + 512, 4096)).isEqualTo(BlockStatus.OK);
        disk.enqueue(9, BlockType.WRITE_ZEROES, BlockRequests.FLAG_UNMAP, 3 * LENGTH, 8192);
        assertThat(disk.submitAndAwait()).isEqualTo(BlockStatus.OK);

        assertThat(content(LENGTH, LENGTH)).containsOnly(0);
        assertThat(content(2 * LENGTH, 512)).isEqualTo(disk.guest(low(2 * LENGTH), 512));
        assertThat(content(2 * LENGTH + 512, 4096)).containsOnly(0);
        assertThat(content(2 * LENGTH + 4608, 512)).isEqualTo(disk.guest(low(2 * LENGTH + 4608), 512));
        assertThat(content(3 * LENGTH, 8192)).containsOnly(0);
        assertThat(disk.device.blocks()).isEqualTo(DISK_SIZE / 512);
        assertThat(Files.size(file)).isEqualTo(DISK_SIZE);
    }

    @ParameterizedTest
    @EnumSource
    void shouldCompleteEveryRequestOfManyOnce(Kind kind) throws IOException {
        open(kind);
        int rounds = 200;
        for (int round = 0; round < rounds; round++) {
            for (int slot = 0; slot < 64; slot++) {
                long offset = (long) (slot * 37 + round) % 1024 * 4096;
                disk.enqueue(
                        slot,
                        slot % 3 == 0 ? BlockType.WRITE : BlockType.READ,
                        0,
                        offset,
                        4096,
                        low(4096 * slot),
                        4096);
            }
            disk.submit();
            disk.awaitAll();
            assertThat(disk.requests.completed()).isEqualTo(64);
            boolean[] seen = new boolean[64];
            for (int i = 0; i < 64; i++) {
                int slot = disk.requests.completedSlot(i);
                assertThat(seen[slot]).isFalse();
                seen[slot] = true;
                assertThat(disk.requests.status(slot)).isEqualTo(BlockStatus.OK);
            }
            disk.requests.clearCompleted();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldFailBehindTheEndOfAFileThatWasTruncated(Kind kind) throws IOException {
        open(kind);
        try (RandomAccessFile truncated = new RandomAccessFile(file.toFile(), "rw")) {
            truncated.setLength(LENGTH);
        }
        assertThat(disk.run(BlockType.READ, 2 * LENGTH, 4096, low(0), 4096)).isEqualTo(BlockStatus.IO_ERROR);
        assertThat(disk.run(BlockType.READ, 0, 4096, low(0), 4096)).isEqualTo(BlockStatus.OK);
        assertThat(disk.run(BlockType.READ, LENGTH - 4096, 8192, low(0), 8192)).isEqualTo(BlockStatus.IO_ERROR);
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseToChangeWhatIsReadOnly(Kind kind) throws IOException {
        open(kind);
        try (UringDisk second = new UringDisk(Settings.of(file).readOnly().direct(kind == Kind.DIRECT))) {
            assertThat(second.run(BlockType.WRITE, 0, 4096, low(0), 4096)).isEqualTo(BlockStatus.READ_ONLY);
            assertThat(second.run(BlockType.DISCARD, 0, 4096)).isEqualTo(BlockStatus.READ_ONLY);
            assertThat(second.run(BlockType.READ, 0, 4096, low(0), 4096)).isEqualTo(BlockStatus.OK);
            assertThat(second.run(BlockType.RESET, 0, 0)).isEqualTo(BlockStatus.UNSUPPORTED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldAllocateNothingForOrdinaryRequests(Kind kind) throws IOException {
        open(kind);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int requests = kind == Kind.DIRECT ? 2000 : 20_000;
        load(requests);
        long before = threads.getCurrentThreadAllocatedBytes();
        load(requests);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(requests);
    }

    private void load(int requests) {
        long[] place = {low(8192), 4096};
        for (int i = 0; i < requests; i++) {
            int type = i % 4 == 0 ? BlockType.WRITE : BlockType.READ;
            disk.enqueue(i % 64, type, 0, i % 1024 * 4096L, 4096, place);
            disk.submit();
            while (disk.requests.inFlight() > 0) {
                disk.channel.poll();
            }
            disk.requests.clearCompleted();
        }
    }

    @Test
    void shouldWriteZerosWhereAFileCannotBeToldToBeZero() {
        ZeroVectors zeros = new ZeroVectors(4);
        assertThat(zeros.prepare(0, 100L << 20)).isEqualTo(1024);
        assertThat(zeros.prepare(1, 200_000)).isEqualTo(3);
        assertThat(zeros.prepare(2, 1000)).isEqualTo(1);
    }

    @Test
    void shouldNotFillHolesByReadingThem() throws IOException {
        open(Kind.IN_MEMORY);
        for (int block = 0; block < 16; block++) {
            assertThat(disk.run(BlockType.READ, 65536L * block, 4096, low(0), 4096))
                    .isEqualTo(BlockStatus.OK);
        }
        assertThat(FileStatus.of(file).allocated()).isZero();
        assertThat(disk.run(BlockType.WRITE, 0, 8192, low(0), 8192)).isEqualTo(BlockStatus.OK);
        assertThat(FileStatus.of(file).allocated()).isEqualTo(8192);
    }

    @Test
    void shouldCopyReadsSoonAfterTheHolesWereFilled() throws IOException {
        assumeTrue(CopyList.obstacle().isEmpty(), "files in memory are copied without the kernel");
        open(Kind.IN_MEMORY);
        readOften();
        assertThat(mappedBytes()).as("read while there are holes").isZero();

        try (RandomAccessFile filled = new RandomAccessFile(file.toFile(), "rw")) {
            filled.write(new byte[DISK_SIZE]);
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (mappedBytes() == 0 && System.nanoTime() - deadline < 0) {
            readOften();
        }
        assertThat(mappedBytes()).as("read without the kernel").isPositive();

        assertThat(disk.run(BlockType.DISCARD, 0, LENGTH)).isEqualTo(BlockStatus.OK);
        readOften();
        assertThat(FileStatus.of(file).allocated()).as("with a hole again").isEqualTo(DISK_SIZE - LENGTH);
    }

    private void readOften() throws IOException {
        for (int i = 0; i < FileCopies.LOOK_AGAIN; i++) {
            assertThat(disk.run(BlockType.READ, 0, 4096, low(0), 4096)).isEqualTo(BlockStatus.OK);
        }
    }

    /** How much of the file its mappings in this process have been used for. */
    private long mappedBytes() throws IOException {
        long sum = 0;
        boolean ours = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                ours = line.endsWith(" " + file);
            } else if (ours && line.startsWith("Rss:")) {
                sum += Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return sum;
    }

    @Test
    void shouldNotFillHolesThatWereMadeLater() throws IOException {
        open(Kind.IN_MEMORY_WITHOUT_HOLES);
        assertThat(FileStatus.of(file).allocated()).isEqualTo(DISK_SIZE);
        assertThat(disk.run(BlockType.DISCARD, LENGTH, LENGTH)).isEqualTo(BlockStatus.OK);
        assertThat(disk.run(BlockType.READ, 0, 4L * LENGTH, low(0), 4 * LENGTH)).isEqualTo(BlockStatus.OK);
        assertThat(FileStatus.of(file).allocated()).isEqualTo(DISK_SIZE - LENGTH);
    }
}
