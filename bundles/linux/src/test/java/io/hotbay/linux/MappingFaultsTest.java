// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MappingFaultsTest {
    private static final int PAGE = 4096;
    private static final int ROUNDS = 20_000;
    private static final int ACCESSES = 40_000;
    private static final int TRUNCATIONS = 40;
    private static final ByteBuffer OWN = ByteBuffer.allocateDirect(PAGE);

    /** Ways to touch memory. */
    enum Access {
        GET_SHORT(window -> window.getShort(2)),
        GET_LONG(window -> window.getLong(8)),
        PUT_BYTE(window -> {
            window.put(5, (byte) 1);
            return 0;
        }),
        PUT_SHORT(window -> {
            window.putShort(2, (short) 1);
            return 0;
        }),
        PUT_LONG(window -> {
            window.putLong(8, 1);
            return 0;
        }),
        COPY_FROM(window -> {
            OWN.put(0, window, 0, PAGE);
            return 0;
        }),
        COPY_TO(window -> {
            window.put(0, OWN, 0, PAGE);
            return 0;
        });

        private final ToLongFunction<ByteBuffer> way;

        Access(ToLongFunction<ByteBuffer> way) {
            this.way = way;
        }
    }

    /** Interpreted in the first rounds, compiled in the last ones. */
    @ParameterizedTest
    @EnumSource
    void shouldThrowTheErrorOfAnAccessThatFailed(Access access) throws Exception {
        requireError(access, MappingFaults::surface);
    }

    /** Truncates files that have been accessed before, and requires the error of the next access from whatever surfaces it. */
    static void requireError(Access access, Runnable surface) throws Exception {
        for (int round = 0; round < TRUNCATIONS; round++) {
            try (Descriptor file = Memfd.create("fault", PAGE);
                    Mapping mapping = Mapping.of(file, 0, PAGE)) {
                ByteBuffer window = mapping.window(0, PAGE);
                for (int i = 0; i < ACCESSES / TRUNCATIONS; i++) {
                    touch(access, window, surface);
                }
                file.truncate(0);
                assertThatThrownBy(() -> touch(access, window, surface)).isInstanceOf(InternalError.class);
                // and only once
                surface.run();
            }
        }
    }

    private static long touch(Access access, ByteBuffer window, Runnable surface) {
        long seen = access.way.applyAsLong(window);
        surface.run();
        return seen;
    }

    @Test
    void shouldAllocateNothing() {
        surface();
        long before = allocated();
        surface();
        assertThat(allocated() - before).isLessThan(ROUNDS);
    }

    private static void surface() {
        for (int i = 0; i < ROUNDS; i++) {
            MappingFaults.surface();
        }
    }

    private static long allocated() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
