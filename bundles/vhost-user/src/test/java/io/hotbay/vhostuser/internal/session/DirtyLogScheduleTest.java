// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import static io.hotbay.vhostuser.internal.testing.FrontEnd.NEED_REPLY;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.longs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.Memfd;
import io.hotbay.vhostuser.internal.testing.FrontEnd.Answer;
import io.hotbay.vhostuser.internal.testing.GuestRing;
import io.hotbay.vhostuser.internal.testing.OpenFiles;
import io.hotbay.vhostuser.internal.testing.SessionBench;
import io.hotbay.vhostuser.internal.wire.MessageType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A log that is switched on and off, replaced, damaged and put anywhere at random while a ring runs. After each request every log
 * that was ever handed over holds what a model says, up to its last byte.
 */
class DirtyLogScheduleTest {
    private static final long LOG_ALL = 1L << 26;
    private static final int STEPS = 150;
    private static final int LARGEST = 64;
    private static final int PAGE = 4096;
    private static final String NAME = "scheduled";

    /** Where the used ring may be said to lie; the last ones are nowhere. */
    private static final long[] USED_LOGS = {
        0,
        4093,
        4094,
        40 * PAGE - 3,
        100 * PAGE,
        511 * PAGE,
        512 * PAGE,
        1L << 44,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -1,
        -2
    };

    /** A log as it should be. */
    private record Log(Descriptor file, long size, long offset, BitSet bits) {
        void mark(long address) {
            long page = address >>> 12;
            if (page < size * Byte.SIZE) {
                bits.set((int) (page + offset * Byte.SIZE));
            }
        }
    }

    private final List<Log> logs = new ArrayList<>();
    private Random random;
    private SessionBench bench;
    private GuestRing ring;
    private boolean logAll;
    private boolean usedLogged;
    private long usedLog;
    private int requests;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldMarkWhatAModelMarks(long seed) throws Exception {
        random = new Random(seed);
        bench = new SessionBench(1);
        try (GuestRing made = new GuestRing(0, bench.memory())) {
            ring = made;
            bench.handshake();
            ring.start(bench.frontEnd(), 0);
            for (int i = 0; i < STEPS; i++) {
                step();
                request();
            }
        } finally {
            bench.close();
            logs.forEach(log -> log.file.close());
        }
        assertThat(OpenFiles.mappings(NAME)).isZero();
    }

    private void step() throws IOException {
        switch (random.nextInt(8)) {
            case 0 -> replace();
            case 1, 2 -> replaceByNone();
            case 3 -> switchOver();
            case 4, 5 -> moveUsedRing();
            case 6 -> truncate();
            default -> clear();
        }
    }

    private Log current() {
        return logs.isEmpty() ? null : logs.get(logs.size() - 1);
    }

    private Answer setBase(long size, long offset, Descriptor file) throws IOException {
        bench.frontEnd().send(MessageType.SET_LOG_BASE.id(), NEED_REPLY, longs(size, offset), List.of(file));
        return bench.frontEnd().receive();
    }

    private void replace() throws IOException {
        long offset = 8L * random.nextInt(4);
        long size = 1 + random.nextInt(LARGEST);
        Descriptor file = Memfd.create(NAME, offset + size + random.nextInt(20));
        assertThat(setBase(size, offset, file).size()).isEqualTo(16);
        logs.add(new Log(file, size, offset, new BitSet()));
    }

    /** What cannot be a log leaves the one there is. */
    private void replaceByNone() throws IOException {
        try (Descriptor file = Memfd.create(NAME, LARGEST)) {
            long[] wrong =
                    switch (random.nextInt(5)) {
                        case 0 -> new long[] {LARGEST + 1 + random.nextInt(100), 0};
                        case 1 -> new long[] {-random.nextInt(2), 0};
                        case 2 -> new long[] {random.nextLong() | 1L << 40, random.nextLong()};
                        case 3 -> {
                            file.truncate(random.nextInt(LARGEST));
                            yield new long[] {LARGEST, 0};
                        }
                        default -> {
                            file.addSeals(Descriptor.F_SEAL_SEAL);
                            yield new long[] {LARGEST, 0};
                        }
                    };
            assertThat(setBase(wrong[0], wrong[1], file).u64()).isEqualTo(1);
        }
        assertThat(OpenFiles.mappings(NAME)).isEqualTo(logs.isEmpty() ? 0 : 1);
    }

    private void switchOver() throws IOException {
        logAll = !logAll;
        long features = SessionBench.FEATURES | (logAll ? LOG_ALL : 0);
        assertThat(bench.frontEnd().acknowledged(MessageType.SET_FEATURES, longs(features)))
                .isZero();
    }

    private void moveUsedRing() throws IOException {
        usedLog = USED_LOGS[random.nextInt(USED_LOGS.length)];
        usedLogged = random.nextInt(4) != 0;
        assertThat(bench.frontEnd().acknowledged(MessageType.SET_VRING_ADDR, ring.address(usedLogged ? 1 : 0, usedLog)))
                .isZero();
    }

    private void truncate() {
        if (current() != null) {
            assertThatThrownBy(() -> current().file.truncate(0)).isInstanceOf(LinuxException.class);
        }
    }

    /** As a front-end does that has read it. */
    private void clear() throws IOException {
        if (current() != null) {
            current().file.pwrite(ByteBuffer.allocate((int) current().size), current().offset);
            current().bits.clear();
        }
    }

    private void request() throws IOException {
        int head = requests % GuestRing.SIZE;
        ring.submit(1);
        ring.awaitUsed(++requests);
        Log log = current();
        if (log != null && logAll) {
            log.mark((long) head * PAGE);
            if (usedLogged && usedLog != -1) {
                log.mark(usedLog + 2);
                log.mark(usedLog + 3);
            }
        }
        for (Log each : logs) {
            assertThat(content(each.file)).isEqualTo(each.bits);
        }
    }

    private static BitSet content(Descriptor file) throws LinuxException {
        ByteBuffer bytes = ByteBuffer.allocate(2 * LARGEST);
        file.pread(bytes, 0);
        return BitSet.valueOf(bytes.rewind());
    }
}
