// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.hotbay.linux.Descriptor;
import io.hotbay.linux.EventFd;
import io.hotbay.linux.Memfd;
import io.hotbay.vhostuser.internal.wire.LogDescription;
import io.hotbay.vhostuser.internal.wire.MessageRefusedException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MappedLogTest {
    private static final int OFFSET = 16;
    /** Odd, as cloud-hypervisor's are. */
    private static final int SIZE = 21;

    private Descriptor file;
    private MappedLog log;

    @BeforeEach
    void begin() throws IOException, MessageRefusedException {
        file = Memfd.create("log", OFFSET + SIZE);
        log = MappedLog.map(new LogDescription(SIZE, OFFSET), file.duplicate());
    }

    @AfterEach
    void end() {
        log.release();
        file.close();
    }

    /** Numbers of the pages marked, counted from the beginning of the log. */
    private BitSet marked() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(OFFSET + SIZE);
        file.pread(bytes, 0);
        assertThat(bytes.getLong(0)).isZero();
        assertThat(bytes.getLong(8)).isZero();
        return BitSet.valueOf(bytes.position(OFFSET).slice());
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 0, 1",
        "4095, 1, 0, 1",
        "4096, 1, 1, 2",
        "4095, 2, 0, 2",
        "0x1f000, 4096, 31, 32",
        "0x1f000, 4097, 31, 33",
        "0x20000, 0x20000, 32, 64",
        "0x1e123, 0x22000, 30, 65",
        "0, 0xffffffff, 0, 168",
        "0xa7000, 1, 167, 168",
        "0xa7fff, 2, 167, 168",
        "0xa8000, 1, 0, 0",
        "0x7fffffffffffffff, 10, 0, 0",
        "-1, 1, 0, 0",
        "-1, 0x3000, 0, 0",
        "0x5000, 0, 0, 0",
        "0x5000, -1, 0, 0"
    })
    void shouldMarkThePagesOfARange(String address, String length, int from, int to) throws IOException {
        log.mark(Long.decode(address), Long.decode(length));
        BitSet expected = new BitSet();
        expected.set(from, to);
        assertThat(marked()).isEqualTo(expected);
    }

    /** Ranges from anywhere to anywhere, and those at an end of the log, of a page or of all addresses. */
    @Test
    void shouldMarkThePagesOfAnyRangeAndNothingElse() throws IOException {
        Random random = new Random(1);
        BitSet expected = new BitSet();
        for (int i = 0; i < 3000; i++) {
            long address = near(random);
            long length = random.nextInt(4) == 0 ? near(random) : 1L << random.nextInt(33);
            log.mark(address, length);
            for (int page = 0; length > 0 && page < 8 * SIZE; page++) {
                // the distance as the sum may wrap around
                long end = (page + 1L) << 12;
                boolean begins = Long.compareUnsigned(address, end) < 0;
                if (begins && (address >= (long) page << 12 || length > ((long) page << 12) - address)) {
                    expected.set(page);
                }
            }
            assertThat(marked()).as("%x+%x", address, length).isEqualTo(expected);
            if (i % 5 == 0) {
                file.pwrite(ByteBuffer.allocate(SIZE), OFFSET);
                expected.clear();
            }
        }
    }

    private static long near(Random random) {
        long[] ends = {0, 4096, 31 << 12, 32 << 12, 64 << 12, 8 * SIZE << 12, Long.MAX_VALUE, random.nextLong()};
        return ends[random.nextInt(ends.length)] + random.nextInt(5) - 2;
    }

    @Test
    void shouldMarkAgainWhatTheFrontEndHasCleared() throws IOException {
        log.mark(0x9000, 1);
        file.pwrite(ByteBuffer.allocate(SIZE), OFFSET);
        log.mark(0x9000, 1);
        assertThat(marked().cardinality()).isOne();
    }

    @Test
    void shouldLoseNoMarkOfAnyThread() throws IOException {
        CompletableFuture<?>[] threads = new CompletableFuture<?>[4];
        for (int i = 0; i < threads.length; i++) {
            int own = i;
            threads[i] = CompletableFuture.runAsync(() -> {
                for (long page = own; page < 8 * SIZE; page += threads.length) {
                    log.mark(page << 12, 4096);
                }
            });
        }
        CompletableFuture.allOf(threads).join();
        assertThat(marked().cardinality()).isEqualTo(8 * SIZE);
    }

    @Test
    void shouldAnnounceOnceWhatIsNew() throws IOException {
        try (EventFd watcher = EventFd.create()) {
            log.announce();
            log.event(EventFd.adopt(Descriptor.adopt(watcher.number()).duplicate()));
            log.announce();
            assertThat(watcher.drain()).isZero();
            log.mark(0, 1);
            log.mark(0x4000, 1);
            log.announce();
            log.announce();
            assertThat(watcher.drain()).isOne();
            log.mark(0, 1);
            log.announce();
            assertThat(watcher.drain()).isZero();
        }
    }

    @Test
    void shouldAllocateNothing() {
        mark(20_000);
        long before = allocated();
        mark(20_000);
        assertThat(allocated() - before).isLessThan(20_000);
    }

    private void mark(int rounds) {
        ByteBuffer zeros = ByteBuffer.allocateDirect(SIZE);
        for (int i = 0; i < rounds; i++) {
            log.mark(i % SIZE * 0x8000L, 0x3000);
            log.announce();
            if (i % 1000 == 0) {
                try {
                    file.pwrite(zeros.rewind(), OFFSET);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    private static long allocated() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
