// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevuring.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.linux.Addresses;
import io.hotbay.linux.Descriptor;
import io.hotbay.linux.Epoll;
import io.hotbay.linux.IoVectors;
import io.hotbay.linux.LinuxException;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writes by way of a thread, one queue of few entries after the other. */
class CacheWriterTest {
    private static final int SLOTS = 5;
    private static final int LENGTH = 512;
    private static final int PLACES = 64;
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(10);

    @TempDir
    Path directory;

    private final ByteBuffer data = ByteBuffer.allocateDirect(SLOTS * LENGTH);
    private final IoVectors vectors = new IoVectors(SLOTS);
    private Path file;
    private CacheWriter writer;

    @BeforeEach
    void start() throws IOException {
        file = directory.resolve("file");
        Files.write(file, new byte[PLACES * LENGTH]);
        start(Descriptor.O_RDWR);
        for (int slot = 0; slot < SLOTS; slot++) {
            vectors.set(slot, Addresses.of(data) + (long) slot * LENGTH, LENGTH);
        }
    }

    private void start(int flags) throws LinuxException {
        writer = new CacheWriter(file, Descriptor.open(file, flags, 0));
    }

    @AfterEach
    void end() {
        writer.close();
    }

    private void fill(int slot, byte value) {
        data.put(slot * LENGTH, filled(value));
    }

    private static byte[] filled(byte value) {
        byte[] bytes = new byte[LENGTH];
        Arrays.fill(bytes, value);
        return bytes;
    }

    private static void await(CacheWrites queue) throws IOException {
        try (Epoll epoll = Epoll.create()) {
            epoll.add(queue.number(), Epoll.IN, 0);
            awaitChange(epoll);
        }
    }

    private static void awaitChange(Epoll epoll) throws IOException {
        long start = System.nanoTime();
        int told = 0;
        // work of io_uring for this thread ends a wait early
        while (told == 0 && System.nanoTime() - start < MOST_NANOS) {
            told = epoll.await(100);
        }
        assertThat(told).as("results are told of").isEqualTo(1);
    }

    /** When all results are taken the descriptor becomes quiet, or whoever waits for it would never sleep. */
    private static void awaitQuiet(CacheWrites queue) throws IOException {
        long start = System.nanoTime();
        try (Epoll epoll = Epoll.create()) {
            epoll.add(queue.number(), Epoll.IN, 0);
            boolean quiet = false;
            while (!quiet && System.nanoTime() - start < MOST_NANOS) {
                queue.relax();
                quiet = epoll.await(1) == 0;
            }
            assertThat(quiet).isTrue();
        }
    }

    @Test
    void shouldCarryOutWritesInTheirOrderAndTellOfEachResult() throws IOException {
        Random random = new Random(3);
        byte[] expected = new byte[PLACES];
        Deque<Integer> free = new ArrayDeque<>();
        for (int slot = 0; slot < SLOTS; slot++) {
            free.add(slot);
        }
        Deque<Integer> written = new ArrayDeque<>();
        try (CacheWrites queue = writer.open(SLOTS, vectors)) {
            for (int round = 0; round < 3000; round++) {
                while (!free.isEmpty() && random.nextInt(4) != 0) {
                    int slot = free.remove();
                    int place = random.nextInt(PLACES);
                    expected[place] = (byte) random.nextInt();
                    fill(slot, expected[place]);
                    queue.add(slot, vectors.address(slot), 1, (long) place * LENGTH);
                    written.add(slot);
                }
                queue.submit();
                if (written.isEmpty()) {
                    continue;
                }
                boolean all = random.nextInt(8) == 0;
                if (!all) {
                    await(queue);
                }
                // as a reactor that polls: it looks in any moment
                do {
                    queue.relax();
                    while (queue.next()) {
                        assertThat(queue.slot()).isEqualTo(written.remove());
                        assertThat(queue.moved()).isEqualTo(LENGTH);
                        free.add(queue.slot());
                    }
                } while (all && !written.isEmpty());
                if (all) {
                    awaitQuiet(queue);
                }
            }
            while (!written.isEmpty()) {
                await(queue);
                queue.relax();
                while (queue.next()) {
                    written.remove();
                }
            }
            assertThat(queue.next()).isFalse();
        }
        byte[] content = Files.readAllBytes(file);
        for (int place = 0; place < PLACES; place++) {
            assertThat(Arrays.copyOfRange(content, place * LENGTH, (place + 1) * LENGTH))
                    .isEqualTo(filled(expected[place]));
        }
    }

    /** A reactor polls for a while, then looks once more and sleeps until the descriptor changes. */
    @Test
    void shouldTellOfResultsBehindTheLastLook() throws IOException {
        Random random = new Random(4);
        try (CacheWrites queue = writer.open(SLOTS, vectors);
                Epoll epoll = Epoll.create()) {
            epoll.add(queue.number(), Epoll.IN | Epoll.EDGE, 0);
            for (int round = 0; round < 20_000; round++) {
                int left = 1 + random.nextInt(SLOTS);
                for (int slot = 0; slot < left; slot++) {
                    queue.add(slot, vectors.address(slot), 1, (long) slot * LENGTH);
                }
                queue.submit();
                int looks = random.nextInt(30);
                while (left > 0) {
                    queue.relax();
                    while (queue.next()) {
                        left--;
                    }
                    if (left > 0 && --looks < 0) {
                        awaitChange(epoll);
                        looks = random.nextInt(30);
                    }
                }
            }
        }
    }

    /** The queue of a ring that was given up is not closed, and its writes may be carried out when the file system goes on. */
    @Test
    void shouldKeepWhatVectorsBelongToUntilTheQueueIsClosed() throws IOException {
        WeakReference<Object> source = new WeakReference<>(new Object());
        CacheWrites queue = writer.open(SLOTS, source.get());
        System.gc();
        assertThat(source.get()).as("of an open queue").isNotNull();

        queue.close();
        queue = null;
        long start = System.nanoTime();
        while (source.get() != null && System.nanoTime() - start < MOST_NANOS) {
            System.gc();
        }
        assertThat(source.get()).as("of a closed queue").isNull();
    }

    @Test
    void shouldServeAllItsQueuesAndForgetThoseThatAreClosed() throws IOException {
        for (int round = 0; round < 20; round++) {
            try (CacheWrites first = writer.open(SLOTS, vectors);
                    CacheWrites second = writer.open(SLOTS, vectors)) {
                fill(0, (byte) 1);
                fill(1, (byte) 2);
                first.add(0, vectors.address(0), 1, 0);
                second.add(1, vectors.address(1), 1, LENGTH);
                first.submit();
                second.submit();
                await(first);
                await(second);
                assertThat(first.next()).isTrue();
                assertThat(second.next()).isTrue();
            }
        }
        byte[] content = Files.readAllBytes(file);
        assertThat(content).startsWith(filled((byte) 1));
        assertThat(Arrays.copyOfRange(content, LENGTH, 2 * LENGTH)).isEqualTo(filled((byte) 2));
    }

    @Test
    void shouldTellThatAWriteDidNotWork() throws IOException {
        writer.close();
        start(Descriptor.O_RDONLY);
        try (CacheWrites queue = writer.open(SLOTS, vectors)) {
            queue.add(4, vectors.address(4), 1, 0);
            queue.submit();
            await(queue);
            assertThat(queue.next()).isTrue();
            assertThat(queue.slot()).isEqualTo(4);
            assertThat(queue.moved()).isEqualTo(-1);
        }
    }
}
