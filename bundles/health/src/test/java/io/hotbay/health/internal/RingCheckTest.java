// SPDX-License-Identifier: Apache-2.0
package io.hotbay.health.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.target.ControllerStatus;
import io.hotbay.target.ControllerStatus.State;
import java.util.List;
import org.apache.felix.hc.api.Result;
import org.junit.jupiter.api.Test;

class RingCheckTest {
    @Test
    void shouldCountRingsThatRun() {
        ControllerStatus controller = Fakes.status(
                "vhostblk0", State.LISTENING, "", Fakes.session(7, Fakes.queue(0, ""), Fakes.queue(1, "")));

        assertThat(Fakes.lines(new RingCheck(() -> List.of(controller)).execute()))
                .containsExactly("OK 2 rings running");
    }

    @Test
    void shouldNameEachBrokenRingAndItsFrontend() {
        ControllerStatus sound = Fakes.status("vhostblk0", State.LISTENING, "", Fakes.session(7, Fakes.queue(0, "")));
        ControllerStatus broken = Fakes.status(
                "vhostblk1",
                State.LISTENING,
                "",
                Fakes.session(8, Fakes.queue(0, ""), Fakes.queue(1, "descriptor loop")));

        Result result = new RingCheck(() -> List.of(sound, broken)).execute();

        assertThat(Fakes.lines(result))
                .containsExactly("CRITICAL ring 1 of controller vhostblk1 (front-end with pid 8) is broken: descriptor"
                        + " loop; its driver must reset the device: restart the guest, or unplug the disk and plug it"
                        + " in again");
    }
}
