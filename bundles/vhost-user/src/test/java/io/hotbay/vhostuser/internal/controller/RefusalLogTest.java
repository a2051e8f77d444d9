// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.vhostuser.internal.testing.RecordingLogger;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RefusalLogTest {
    private final RecordingLogger log = new RecordingLogger();
    private long now = Long.MAX_VALUE - 5;

    @Test
    void shouldCountThoseThatComeTooOften() {
        RefusalLog refusals = new RefusalLog(log.logger(), () -> now);
        refusals.add("one");
        refusals.add("two");
        now += TimeUnit.SECONDS.toNanos(9);
        refusals.add("three");
        assertThat(log.lines()).hasSize(1);
        now += TimeUnit.SECONDS.toNanos(1);
        refusals.add("four");
        assertThat(log.lines()).hasSize(2);
        assertThat(log.lines().get(1)).contains("four", "and 2 others since");
        now += TimeUnit.SECONDS.toNanos(10);
        refusals.add("five");
        assertThat(log.lines().get(2)).contains("five").doesNotContain("others");
    }
}
