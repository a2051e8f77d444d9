// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.EventFd;
import io.hotbay.linux.internal.Kernel;
import io.hotbay.linux.internal.NativeMemory;
import io.hotbay.vhostuser.internal.testing.Eventually;
import io.hotbay.vhostuser.internal.testing.GuestRing;
import io.hotbay.vhostuser.internal.testing.SessionBench;
import io.hotbay.vhostuser.internal.wire.MessageType;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A front-end hands over an eventfd whose counter is full, or fills it later, and on which a writer would wait. */
class FullEventTest {
    private static final long FULL = 0xffff_ffff_ffff_fffeL;
    /** fcntl(2). */
    private static final int F_SETFL = 4;

    private SessionBench bench;
    private Descriptor full;

    @BeforeEach
    void open() throws IOException {
        bench = new SessionBench(1);
        full = Descriptor.adopt(Kernel.LIBC.eventfd(0, 0));
        fill(full, FULL);
    }

    @AfterEach
    void close() throws Exception {
        full.close();
        bench.close();
    }

    @Test
    void shouldHoldUpNobody() throws IOException {
        bench.handshake();
        try (GuestRing ring = new GuestRing(0, bench.memory())) {
            bench.frontEnd().tell(MessageType.SET_VRING_ERR, ring.withDescriptor(), full);
            ring.start(bench.frontEnd(), 0);
            bench.frontEnd().tell(MessageType.SET_VRING_CALL, ring.withDescriptor(), full);
            bench.frontEnd().synchronise();
            ring.submit(3);
            ring.awaitUsed(3);
            bench.frontEnd().synchronise();
        }
    }

    /** The target has told the descriptor not to block, but the front-end shares that and takes it back. */
    @Test
    void shouldBreakTheRingAloneWhenACounterIsFilledLater() throws IOException {
        bench.handshake();
        try (GuestRing ring = new GuestRing(0, bench.memory());
                EventFd call = EventFd.create()) {
            Descriptor shared = Descriptor.adopt(call.number());
            ring.start(bench.frontEnd(), 0);
            bench.frontEnd().tell(MessageType.SET_VRING_CALL, ring.withDescriptor(), shared);
            bench.frontEnd().synchronise();
            call.drain();
            fill(shared, FULL);
            Kernel.LIBC.fcntl(shared.number(), F_SETFL, 0);
            ring.submit(1);
            Eventually.eventually(
                    "fault",
                    () -> bench.session().status().queues().get(0).fault().contains("is full"));
            bench.frontEnd().synchronise();
            assertThat(bench.reactors().reactor().run(() -> 1)).succeedsWithin(Duration.ofSeconds(10));
        }
    }

    private static void fill(Descriptor event, long count) {
        NativeMemory value = new NativeMemory(Long.BYTES);
        value.bytes().putLong(0, count);
        assertThat(Kernel.HOT.write(event.number(), value.address(), Long.BYTES))
                .isEqualTo(Long.BYTES);
    }
}
