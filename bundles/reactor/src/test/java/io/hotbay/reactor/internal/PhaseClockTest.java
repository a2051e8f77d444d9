// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.reactor.internal.PhaseClock.Phase;
import org.junit.jupiter.api.Test;

class PhaseClockTest {
    @Test
    void shouldAddUpEachPhaseAndCountWakes() {
        long start = System.nanoTime() - 1_000_000_000L;
        PhaseClock clock = new PhaseClock(start);
        clock.enter(Phase.BUSY, start + 10);
        clock.enter(Phase.BUSY, start + 30);
        clock.enter(Phase.SLEEP, start + 60);
        clock.enter(Phase.SPIN, start + 160);
        clock.enter(Phase.SLEEP, start + 165);
        clock.enter(Phase.BUSY, start + 365);
        PhaseClock.Reading reading = clock.read();
        assertThat(reading.spin()).isEqualTo(10 + 5);
        assertThat(reading.sleep()).isEqualTo(100 + 200);
        assertThat(reading.wakeUps()).isEqualTo(2);
        assertThat(reading.busy()).isGreaterThan(20 + 30);
    }

    @Test
    void shouldCountThePhaseThatIsUnderWay() {
        long start = System.nanoTime() - 1_000_000_000L;
        PhaseClock clock = new PhaseClock(start);
        clock.enter(Phase.SLEEP, start);
        long before = System.nanoTime();
        long asleep = clock.read().sleep();
        assertThat(asleep).isBetween(before - start, System.nanoTime() - start);
    }

    @Test
    void shouldNeverShowAHalfMadeChangeToAReader() throws InterruptedException {
        long start = System.nanoTime();
        PhaseClock clock = new PhaseClock(start);
        Thread writer = new Thread(() -> {
            for (int i = 0; i < 200_000; i++) {
                clock.enter(i % 2 == 0 ? Phase.BUSY : Phase.SLEEP, System.nanoTime());
            }
        });
        writer.start();
        while (writer.isAlive()) {
            long before = System.nanoTime();
            PhaseClock.Reading reading = clock.read();
            long sum = reading.busy() + reading.spin() + reading.sleep();
            assertThat(sum).isBetween(before - start, System.nanoTime() - start);
        }
        writer.join();
    }
}
