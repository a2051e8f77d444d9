// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import static io.hotbay.virtioblk.internal.BlkDriver.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.virtioblk.internal.BlkDriver.Chain;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a hostile or broken driver can send in a chain that the ring has let through. */
class MalformedRequestTest {
    private final FakeBdev bdev = new FakeBdev();
    private BlkDriver driver;

    @BeforeEach
    void start() throws IOException {
        driver = new BlkDriver(bdev).start();
    }

    @Test
    void shouldGiveBackWithoutAWordWhatHasNoRoomForAStatus() {
        Chain chain = driver.chain().header(BlkRequest.OUT, 0).readable(pattern(512, 1));
        chain.offer();
        driver.queue.poll();
        assertThat(chain.used()).isZero();
        assertThat(driver.ring.isPublished()).isTrue();
        assertThat(bdev.log).isEmpty();
    }

    @Test
    void shouldGiveBackAnEmptyChain() {
        Chain chain = driver.chain();
        chain.offer();
        driver.queue.poll();
        assertThat(chain.used()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 15})
    void shouldAnswerWithAnErrorWhenTheHeaderIsShort(int length) {
        Chain chain = driver.chain().readable(new byte[length]).writable(512).status();
        assertThat(chain.send()).isEqualTo(BlkRequest.IOERR);
        assertThat(chain.used()).isEqualTo(1);
    }

    @Test
    void shouldAnswerWithAnErrorWhenThereIsNoHeader() {
        assertThat(driver.chain().writable(512).status().send()).isEqualTo(BlkRequest.IOERR);
        assertThat(bdev.log).isEmpty();
    }

    @Test
    void shouldAnswerWithAnErrorWhenDataLiesOutsideGuestMemory() {
        Chain read =
                driver.chain().header(BlkRequest.IN, 0).writableOutside(512).status();
        assertThat(read.send()).isEqualTo(BlkRequest.IOERR);
        assertThat(read.used()).isEqualTo(1);
        assertThat(driver.chain()
                        .header(BlkRequest.OUT, 0)
                        .readableOutside(512)
                        .status()
                        .send())
                .isEqualTo(BlkRequest.IOERR);
        assertThat(driver.ring.fault).isNull();
        assertThat(bdev.log).isEmpty();
    }

    @Test
    void shouldAnswerWithAnErrorWhenTheHeaderLiesOutsideGuestMemory() {
        assertThat(driver.chain().readableOutside(16).writable(512).status().send())
                .isEqualTo(BlkRequest.IOERR);
        assertThat(bdev.log).isEmpty();
    }

    @Test
    void shouldBreakTheRingWhenTheStatusLiesOutsideGuestMemory() {
        Chain good = driver.in(0, 512).offer();
        Chain bad = driver.chain().header(BlkRequest.IN, 0).writable(512).writableOutside(1);
        bad.offer();
        Chain next = driver.in(0, 512).offer();
        driver.queue.poll();
        assertThat(driver.ring.fault)
                .isEqualTo("the status byte of the request at descriptor 1 lies outside guest memory");
        assertThat(good.statusByte()).isEqualTo(BlkRequest.OK);
        assertThat(bad.used()).isZero();
        assertThat(next.isUsed()).isTrue();
        assertThat(driver.queue.inFlight()).isZero();
        assertThat(driver.queue.poll()).isZero();
    }

    @Test
    void shouldNotBreakTheRingWhenThereIsNoStatusToReach() {
        Chain chain = driver.chain().readableOutside(16);
        chain.offer();
        driver.queue.poll();
        assertThat(chain.used()).isZero();
        assertThat(driver.ring.fault).isNull();
    }

    @Test
    void shouldGoOnAfterAMalformedRequest() {
        driver.chain().writable(1).send();
        assertThat(driver.out(0, pattern(512, 1)).send()).isEqualTo(BlkRequest.OK);
    }
}
