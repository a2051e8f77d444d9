// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import static io.hotbay.vhostuser.internal.testing.FrontEnd.longs;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.words;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.vhostuser.internal.testing.FrontEnd;
import io.hotbay.vhostuser.internal.testing.GuestRing;
import io.hotbay.vhostuser.internal.testing.SessionBench;
import io.hotbay.vhostuser.internal.wire.MessageType;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The device status, as front-ends with STATUS tell and ask it. */
class StatusTest {
    private static final int DRIVER = 3;
    private static final int FEATURES_OK = 8;
    private static final int DRIVER_OK = 4;

    private SessionBench bench;
    private FrontEnd frontEnd;

    @BeforeEach
    void begin() throws IOException {
        bench = new SessionBench(1);
        frontEnd = bench.frontEnd();
    }

    @AfterEach
    void end() throws InterruptedException {
        bench.close();
    }

    private void set(long status) throws IOException {
        assertThat(frontEnd.acknowledged(MessageType.SET_STATUS, longs(status))).isZero();
    }

    private long get() throws IOException {
        return frontEnd.ask(MessageType.GET_STATUS, longs()).u64();
    }

    @Test
    void shouldKeepWhatItIsTold() throws IOException {
        assertThat(get()).isZero();
        set(DRIVER);
        assertThat(get()).isEqualTo(DRIVER);
        bench.handshake();
        set(DRIVER | FEATURES_OK);
        assertThat(get()).isEqualTo(DRIVER | FEATURES_OK);
        set(DRIVER | FEATURES_OK | DRIVER_OK);
        assertThat(get()).isEqualTo(DRIVER | FEATURES_OK | DRIVER_OK);
        set(0xffff_ff80L);
        assertThat(get()).isEqualTo(0x80);
    }

    @Test
    void shouldNotAgreeToFeaturesBeforeTheyAreKnown() throws IOException {
        set(DRIVER | FEATURES_OK);
        assertThat(get()).isEqualTo(DRIVER);
    }

    @ParameterizedTest
    @ValueSource(ints = {33, 35, 24})
    void shouldNotAgreeToRingsThatWorkInAWayItDidNotOffer(int bit) throws IOException {
        frontEnd.tell(MessageType.SET_FEATURES, longs(SessionBench.FEATURES | 1L << bit));
        set(DRIVER | FEATURES_OK);
        assertThat(get()).isEqualTo(DRIVER);
    }

    @Test
    void shouldAgreeToWhatQemuAcceptsUnasked() throws IOException {
        frontEnd.tell(MessageType.SET_FEATURES, longs(SessionBench.FEATURES | 1L << 2 | 1L << 3 | 1L << 27));
        set(DRIVER | FEATURES_OK);
        assertThat(get()).isEqualTo(DRIVER | FEATURES_OK);
    }

    @Test
    void shouldResetTheRingsWithAStatusOfZeroAndKeepWhatTheDriverWrote() throws IOException {
        try (GuestRing ring = new GuestRing(0, bench.memory())) {
            bench.handshake();
            ring.start(frontEnd, 0);
            set(DRIVER | FEATURES_OK | DRIVER_OK);
            ring.submit(1);
            ring.awaitUsed(1);
            frontEnd.tell(MessageType.SET_CONFIG, words(32, 4, 0, 9));

            set(0);
            assertThat(get()).isZero();
            assertThat(bench.device().running()).isZero();
            assertThat(bench.device().resets()).isEqualTo(1);
            assertThat(bench.device().writes()).containsExactly("32=9000", "32=9000");
            assertThat(bench.session().status().queues().get(0).enabled()).isFalse();

            ring.continueAt(0);
            ring.start(frontEnd, 0);
            ring.submit(1);
            ring.awaitUsed(1);
        }
    }

    @Test
    void shouldTellWhereARingHasStoppedAfterAStatusOfZero() throws IOException {
        try (GuestRing ring = new GuestRing(0, bench.memory())) {
            bench.handshake();
            ring.start(frontEnd, 0);
            ring.submit(1);
            ring.awaitUsed(1);

            set(0);
            assertThat(frontEnd.ask(MessageType.GET_VRING_BASE, words(0, 0))
                            .payload()
                            .getInt(4))
                    .isEqualTo(1);
        }
    }

    @Test
    void shouldForgetTheStatusWithADeviceReset() throws IOException {
        set(DRIVER);
        assertThat(frontEnd.acknowledged(MessageType.RESET_DEVICE, longs())).isZero();
        assertThat(get()).isZero();
    }
}
