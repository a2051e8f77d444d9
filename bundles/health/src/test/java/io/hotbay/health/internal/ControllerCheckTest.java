// SPDX-License-Identifier: Apache-2.0
package io.hotbay.health.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.target.ConfiguredStatus;
import io.hotbay.target.ControllerStatus;
import io.hotbay.target.ControllerStatus.State;
import java.util.List;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.junit.jupiter.api.Test;

class ControllerCheckTest {
    private static final ConfiguredStatus CONFIGURED =
            Fakes.controller("vhostblk0", ConfiguredStatus.State.RUNNING, "");
    private static final ConfiguredStatus BDEV = Fakes.bdev("Malloc0", ConfiguredStatus.State.RUNNING, "");

    @Test
    void shouldCountControllersAndFrontends() {
        Result result =
                check(List.of(Fakes.status("vhostblk0", State.LISTENING, "", Fakes.session(7))), BDEV, CONFIGURED);

        assertThat(Fakes.lines(result)).containsExactly("OK 1 controller listening, 1 front-end connected");
    }

    @Test
    void shouldBeCriticalWhenNoBdevOfThatNameIsConfigured() {
        Result result = check(List.of(Fakes.status("vhostblk0", State.WAITING, "waits for bdev Malloc0")), CONFIGURED);

        assertThat(Fakes.lines(result))
                .containsExactly("CRITICAL controller vhostblk0: waits for bdev Malloc0; no bdev Malloc0 is configured:"
                        + " create it with bdev:create, or delete the controller with vhost:delete vhostblk0");
    }

    @Test
    void shouldExpectWhatIsConfiguredToCome() {
        Result result =
                check(List.of(Fakes.status("vhostblk0", State.WAITING, "waits for bdev Malloc0")), BDEV, CONFIGURED);

        assertThat(Fakes.lines(result))
                .containsExactly("TEMPORARILY_UNAVAILABLE controller vhostblk0: waits for bdev Malloc0");
    }

    @Test
    void shouldTellThatAGuestIsConnected() {
        Result result = check(
                List.of(Fakes.status("vhostblk0", State.WAITING, "waits for bdev Malloc0", Fakes.session(7))),
                BDEV,
                CONFIGURED);

        assertThat(Fakes.lines(result))
                .containsExactly("TEMPORARILY_UNAVAILABLE controller vhostblk0: waits for bdev Malloc0; a guest is"
                        + " connected");
    }

    @Test
    void shouldBeCriticalWhenAControllerHasFailed() {
        Result result =
                check(List.of(Fakes.status("vhostblk0", State.FAILED, "its socket is taken")), BDEV, CONFIGURED);

        assertThat(result.getStatus()).isEqualTo(Status.CRITICAL);
        assertThat(Fakes.lines(result).findFirst().orElseThrow())
                .startsWith("CRITICAL controller vhostblk0 has failed: its socket is taken");
    }

    @Test
    void shouldMissAControllerThatIsConfiguredButHasNoService() {
        Result failed = check(List.of(), Fakes.controller("a", ConfiguredStatus.State.FAILED, "num_queues is 0"));
        Result absent = check(List.of(), Fakes.controller("a", ConfiguredStatus.State.WAITING, "no bundle takes it"));

        assertThat(Fakes.lines(failed).findFirst().orElseThrow())
                .startsWith("CRITICAL controller a has failed: num_queues is 0");
        assertThat(Fakes.lines(absent).findFirst().orElseThrow())
                .startsWith("TEMPORARILY_UNAVAILABLE controller a is not there: no bundle takes it");
    }

    @Test
    void shouldTellAllThatIsWrong() {
        Result result = check(
                List.of(
                        Fakes.status("b", State.FAILED, "x"),
                        Fakes.status("a", State.WAITING, "waits for bdev Malloc0")),
                BDEV);

        assertThat(result.getStatus()).isEqualTo(Status.CRITICAL);
        assertThat(Fakes.lines(result)).hasSize(2);
    }

    @Test
    void shouldBeCriticalWithoutTheBundleItAsks() {
        assertThat(new ControllerCheck(null, List::of).execute().getStatus()).isEqualTo(Status.CRITICAL);
        assertThat(new ControllerCheck(Fakes.unreadableAdmin(), List::of)
                        .execute()
                        .getStatus())
                .isEqualTo(Status.CRITICAL);
    }

    private static Result check(List<ControllerStatus> controllers, ConfiguredStatus... configured) {
        return new ControllerCheck(Fakes.admin(configured), () -> controllers).execute();
    }
}
