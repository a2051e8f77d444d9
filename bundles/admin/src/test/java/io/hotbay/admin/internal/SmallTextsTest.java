// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SmallTextsTest {
    @Test
    void shouldRefuseNamesThatCouldLeaveADirectory() {
        assertThat(TargetName.problem("vhost-blk_0.1")).isEmpty();
        assertThat(TargetName.problem("x".repeat(64))).isEmpty();
        for (String bad : List.of("", "a/b", "..", ".", "a b", "ä", "a\n", "x".repeat(65), "a)(b=*")) {
            assertThat(TargetName.problem(bad)).as(bad).isPresent();
        }
    }

    @Test
    void shouldTellTheServiceManagerWhatIsMissing() {
        TargetSummary summary = new TargetSummary(2, 2, List.of("vhostblk1: waits for\nbdev Malloc9"));
        assertThat(new String(ServiceManagerMessage.ready(summary.text()), UTF_8))
                .isEqualTo(
                        "READY=1\nSTATUS=2 bdevs, 1 of 2 controllers listening; vhostblk1: waits for bdev Malloc9\n");
    }

    @Test
    void shouldCountWhatIsThere() {
        assertThat(new TargetSummary(1, 1, List.of()).text()).isEqualTo("1 bdev, 1 controller listening");
        assertThat(new TargetSummary(0, 0, List.of()).text()).isEqualTo("0 bdevs, 0 controllers");
        assertThat(new String(ServiceManagerMessage.stopping(), UTF_8)).startsWith("STOPPING=1\n");
    }
}
