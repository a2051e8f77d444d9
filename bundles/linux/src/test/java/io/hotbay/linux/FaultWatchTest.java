// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.hotbay.linux.MappingFaultsTest.Access;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FaultWatchTest {
    private static final int PAGE = 4096;
    private static final int ROUNDS = 40_000;

    private final FaultWatch watch = new FaultWatch();

    /** Interpreted in the first rounds, compiled in the last ones. */
    @ParameterizedTest
    @EnumSource
    void shouldThrowTheErrorOfAnAccessThatFailed(Access access) throws Exception {
        MappingFaultsTest.requireError(access, watch::surface);
    }

    @Test
    void shouldNotThrowWhatFailedOnAnotherThread() throws Exception {
        try (Descriptor file = Memfd.create("fault", PAGE);
                Mapping mapping = Mapping.of(file, 0, PAGE)) {
            file.truncate(0);
            ByteBuffer window = mapping.window(0, PAGE);
            FaultWatch other = new FaultWatch();
            CompletableFuture<Throwable> seen = CompletableFuture.supplyAsync(() -> {
                try {
                    window.get(0);
                    other.surface();
                    return null;
                } catch (InternalError e) {
                    return e;
                }
            });
            assertThat(seen.get()).isInstanceOf(InternalError.class);
            watch.surface();
            assertThatThrownBy(() -> {
                        window.get(0);
                        watch.surface();
                    })
                    .isInstanceOf(InternalError.class);
        }
    }

    @Test
    void shouldAllocateNothing() {
        surface();
        long before = allocated();
        surface();
        assertThat(allocated() - before).isLessThan(ROUNDS);
    }

    private void surface() {
        for (int i = 0; i < ROUNDS; i++) {
            watch.surface();
        }
    }

    private static long allocated() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
