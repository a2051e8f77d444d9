// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IoUringTest {
    private static final int LENGTH = 4096;

    @TempDir
    Path directory;

    private Descriptor file;
    private IoUring uring;
    private final ByteBuffer memory = ByteBuffer.allocateDirect(4 * LENGTH);
    private final IoVectors vectors = new IoVectors(4);

    @BeforeEach
    void open() throws IOException {
        file = Descriptor.open(directory.resolve("disk"), Descriptor.O_RDWR | Descriptor.O_CREAT, 0600);
        file.truncate(1 << 20);
        for (int i = 0; i < vectors.capacity(); i++) {
            vectors.set(i, Addresses.of(memory) + (long) LENGTH * i, LENGTH);
        }
    }

    @AfterEach
    void close() {
        if (uring != null) {
            uring.close();
        }
        file.close();
    }

    /** On the thread of the test itself, which is not that of the methods before and after it. */
    private void start() throws LinuxException {
        uring = IoUring.create(8);
    }

    private void fill(int value) {
        for (int i = 0; i < memory.capacity(); i++) {
            memory.put(i, (byte) (value + i / LENGTH));
        }
    }

    private int await(long tag) throws LinuxException {
        assertThat(uring.submit()).isTrue();
        awaitReadable();
        assertThat(uring.next()).isTrue();
        assertThat(uring.tag()).isEqualTo(tag);
        int result = uring.result();
        assertThat(uring.next()).isFalse();
        return result;
    }

    private void awaitReadable() throws LinuxException {
        try (Epoll epoll = Epoll.create()) {
            epoll.add(uring.number(), Epoll.IN, 0);
            for (int tries = 0; epoll.await(10_000) == 0; tries++) {
                assertThat(tries).isLessThan(3);
            }
        }
    }

    @Test
    void shouldWriteAndReadBackSeveralPieces() throws IOException {
        start();
        fill(1);
        uring.writev(file.number(), vectors.address(0), 4, 8192, 7);
        assertThat(await(7)).isEqualTo(4 * LENGTH);

        byte[] content = Files.readAllBytes(directory.resolve("disk"));
        assertThat(content[8192]).isEqualTo((byte) 1);
        assertThat(content[8192 + 3 * LENGTH]).isEqualTo((byte) 4);

        fill(100);
        uring.readv(file.number(), vectors.address(2), 1, 8192 + LENGTH, -9);
        assertThat(await(-9)).isEqualTo(LENGTH);
        assertThat(memory.get(2 * LENGTH)).isEqualTo((byte) 2);
        assertThat(memory.get(0)).isEqualTo((byte) 100);
    }

    @Test
    void shouldWriteAndReadBackOnePiece() throws IOException {
        start();
        fill(1);
        long address = Addresses.of(memory);
        uring.write(file.number(), address + LENGTH, 2 * LENGTH, 8192, 7);
        assertThat(await(7)).isEqualTo(2 * LENGTH);

        byte[] content = Files.readAllBytes(directory.resolve("disk"));
        assertThat(content[8191]).isZero();
        assertThat(content[8192]).isEqualTo((byte) 2);
        assertThat(content[8192 + 2 * LENGTH - 1]).isEqualTo((byte) 3);
        assertThat(content[8192 + 2 * LENGTH]).isZero();

        fill(100);
        uring.read(file.number(), address + 3 * LENGTH, LENGTH, 8192 + LENGTH, -9);
        assertThat(await(-9)).isEqualTo(LENGTH);
        assertThat(memory.get(2 * LENGTH)).isEqualTo((byte) 102);
        assertThat(memory.get(3 * LENGTH)).isEqualTo((byte) 3);
    }

    @Test
    void shouldTellErrorsAndShortReads() throws IOException {
        start();
        uring.readv(file.number(), vectors.address(0), 1, (1 << 20) - 100, 1);
        assertThat(await(1)).isEqualTo(100);
        vectors.set(0, 8, LENGTH);
        uring.readv(file.number(), vectors.address(0), 1, 0, 2);
        assertThat(await(2)).isEqualTo(-Errno.EFAULT);
        uring.readv(-1, vectors.address(1), 1, 0, 3);
        assertThat(await(3)).isEqualTo(-Errno.EBADF);
    }

    @Test
    void shouldSyncAndPunchHoles() throws IOException {
        start();
        fill(1);
        uring.writev(file.number(), vectors.address(0), 4, 0, 1);
        assertThat(await(1)).isEqualTo(4 * LENGTH);
        uring.sync(file.number(), 2);
        assertThat(await(2)).isZero();
        uring.allocate(file.number(), Descriptor.FALLOC_FL_PUNCH_HOLE | Descriptor.FALLOC_FL_KEEP_SIZE, 0, LENGTH, 3);
        assertThat(await(3)).isZero();

        byte[] content = Files.readAllBytes(directory.resolve("disk"));
        assertThat(content[0]).isZero();
        assertThat(content[LENGTH]).isEqualTo((byte) 2);
    }

    @Test
    void shouldCompleteMoreThanItHasRoomFor() throws IOException {
        start();
        Map<Long, Integer> results = new HashMap<>();
        int submitted = 0;
        while (results.size() < 1000) {
            while (submitted < 1000 && uring.space() > 0) {
                uring.readv(
                        file.number(), vectors.address(submitted % 4), 1, (long) LENGTH * (submitted % 200), submitted);
                submitted++;
            }
            uring.submit();
            while (uring.next()) {
                assertThat(results.put(uring.tag(), uring.result())).isNull();
            }
        }
        assertThat(results.values()).containsOnly(LENGTH);
    }

    @Test
    void shouldAllocateNothing() throws IOException {
        start();
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        run(20_000);
        long before = threads.getCurrentThreadAllocatedBytes();
        run(10_000);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1000);
    }

    private void run(int requests) throws LinuxException {
        for (int i = 0; i < requests; i++) {
            uring.readv(file.number(), vectors.address(0), 1, 0, i);
            uring.submit();
            while (!uring.next()) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void shouldReadAndWriteAtOnce() throws IOException {
        fill(5);
        assertThat(VectoredIo.write(file.number(), vectors.address(0), 2, 0)).isEqualTo(2 * LENGTH);
        fill(9);
        assertThat(VectoredIo.readAtOnce(file.number(), vectors.address(0), 2, 0))
                .isEqualTo(2 * LENGTH);
        assertThat(memory.get(LENGTH)).isEqualTo((byte) 6);
        assertThat(VectoredIo.read(-1, vectors.address(0), 1, 0)).isEqualTo(-1);
    }

    @Test
    void shouldLeaveNothingOpen() throws IOException {
        long before = OpenDescriptors.count();
        for (int i = 0; i < 20; i++) {
            IoUring.create(64).close();
        }
        assertThat(OpenDescriptors.count()).isEqualTo(before);
    }
}
