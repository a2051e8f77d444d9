// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HoldTest {
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 10);
    private final TestAlarm alarm = new TestAlarm(clock);
    private final AtomicInteger expired = new AtomicInteger();
    private final Hold hold = new Hold(clock::get, alarm, this::due);

    private void due() {
        if (hold.expire()) {
            expired.incrementAndGet();
        }
    }

    @Test
    void shouldBeOverOnceAfterItsTime() {
        hold.begin(100);
        alarm.pass(99);
        assertThat(hold.isOver()).isFalse();
        hold.begin(100);
        alarm.pass(1);
        assertThat(hold.isOver()).isTrue();
        hold.begin(100);
        alarm.pass(1000);
        assertThat(expired).hasValue(1);
        assertThat(hold.isOver()).isTrue();
    }

    @Test
    void shouldNotBeOverAfterItsEnd() {
        hold.begin(100);
        hold.end();
        assertThat(alarm.count()).isZero();
        clock.addAndGet(200);
        due();
        assertThat(expired).hasValue(0);
        assertThat(hold.isOver()).isFalse();
        hold.begin(100);
        assertThat(hold.isOver()).isFalse();
        alarm.pass(100);
        assertThat(expired).hasValue(1);
        hold.end();
        assertThat(hold.isOver()).isFalse();
    }

    @Test
    void shouldGoOnWhenTheAlarmIsEarly() {
        hold.begin(100);
        clock.addAndGet(40);
        due();
        assertThat(expired).hasValue(0);
        alarm.pass(60);
        assertThat(expired).hasValue(1);
    }

    @Test
    void shouldLastForEverWithoutALimit() {
        hold.begin(0);
        alarm.pass(Long.MAX_VALUE / 4);
        assertThat(hold.isOver()).isFalse();
        assertThat(alarm.count()).isZero();
    }

    @Test
    void shouldTakeAnotherLimitFromItsBeginning() {
        hold.begin(100);
        alarm.pass(50);
        hold.begin(70);
        alarm.pass(19);
        assertThat(hold.isOver()).isFalse();
        alarm.pass(1);
        assertThat(hold.isOver()).isTrue();
        hold.begin(200);
        assertThat(hold.isOver()).isFalse();
        hold.begin(10);
        assertThat(hold.isOver()).isTrue();
    }
}
