// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.internal.Kernel;
import io.hotbay.linux.internal.NativeMemory;
import io.hotbay.vhostuser.internal.testing.GuestRing;
import io.hotbay.vhostuser.internal.testing.SessionBench;
import io.hotbay.vhostuser.internal.wire.MessageType;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A front-end hands over an eventfd whose counter is full, and on which a writer would wait. */
class FullEventTest {
    private static final long FULL = 0xffff_ffff_ffff_fffeL;

    private SessionBench bench;
    private Descriptor full;

    @BeforeEach
    void open() throws IOException {
        bench = new SessionBench(1);
        full = Descriptor.adopt(Kernel.LIBC.eventfd(0, 0));
        NativeMemory value = new NativeMemory(Long.BYTES);
        value.bytes().putLong(0, FULL);
        assertThat(Kernel.HOT.write(full.number(), value.address(), Long.BYTES)).isEqualTo(Long.BYTES);
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
}
