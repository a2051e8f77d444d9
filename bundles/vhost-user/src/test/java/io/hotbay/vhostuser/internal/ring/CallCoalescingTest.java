// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallCoalescingTest {
    private static final long WINDOW = 10_000_000;
    private static final int BASE = 1000;

    /** Close to where it overflows, as System.nanoTime may be. */
    private long now = Long.MAX_VALUE - 3 * WINDOW / 2;
    /** The same for the count; 100 a window are allowed. */
    private int completed = Integer.MAX_VALUE - 150;

    private final CallCoalescing coalescing =
            new CallCoalescing(new RingTuning(false, BASE, 10_000), completed, () -> now);

    private boolean complete(int count) {
        completed += count;
        return coalescing.isDue(true, completed);
    }

    private void nextWindow() {
        now += WINDOW;
    }

    @Test
    void shouldHoldNothingBackInTheFirstWindow() {
        for (int i = 0; i < 1000; i++) {
            assertThat(complete(1)).isTrue();
        }
        assertThat(coalescing.remaining()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldHoldNothingBackBelowTheThreshold() {
        for (int window = 0; window < 5; window++) {
            // the first one of a window still counts for the window before
            for (int i = 0; i < 99; i++) {
                assertThat(complete(1)).isTrue();
            }
            nextWindow();
        }
    }

    @ParameterizedTest
    @CsvSource({"101, 10_000", "200, 1_000_000", "350, 2_500_000"})
    void shouldSpaceCallsInProportionToWhatIsAboveTheThreshold(int count, long distance) {
        complete(count - 1);
        nextWindow();
        assertThat(complete(1)).isTrue();
        assertThat(complete(1)).isFalse();
        assertThat(coalescing.remaining()).isEqualTo(distance);
        now += distance - 1;
        assertThat(complete(1)).isFalse();
        now++;
        assertThat(coalescing.isDue(false, completed)).isTrue();
        assertThat(coalescing.isDue(false, completed)).isFalse();
        assertThat(complete(1)).isFalse();
    }

    @Test
    void shouldHoldNoCallBackBeyondItsWindow() {
        complete(100_000);
        nextWindow();
        assertThat(complete(1)).isTrue();
        now += WINDOW / 2;
        assertThat(complete(1)).isFalse();
        assertThat(coalescing.remaining()).isEqualTo(WINDOW / 2);
        now += WINDOW / 2;
        assertThat(coalescing.isDue(false, completed)).isTrue();
        assertThat(complete(1)).as("the ring is no longer busy").isTrue();
    }

    @Test
    void shouldCallOnlyWhenTheDriverWantsIt() {
        assertThat(coalescing.isDue(false, completed)).isFalse();
        nextWindow();
        assertThat(coalescing.isDue(false, completed + 1000)).isFalse();
    }

    @Test
    void shouldReleaseWhatIsHeldBackOnce() {
        complete(200);
        nextWindow();
        complete(1);
        assertThat(coalescing.release()).isFalse();
        complete(1);
        assertThat(coalescing.release()).isTrue();
        assertThat(coalescing.release()).isFalse();
        assertThat(coalescing.remaining()).isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 60000, delay_base_us is -1: must be from 0 to 1000000",
        "1000001, 60000, delay_base_us is 1000001: must be from 0 to 1000000",
        "0, 99, iops_threshold is 99: must be from 100 to 2147483647"
    })
    void shouldRefuseFiguresOutOfRange(int delayBase, int threshold, String message) {
        assertThatThrownBy(() -> new RingTuning(false, delayBase, threshold)).hasMessage(message);
    }
}
