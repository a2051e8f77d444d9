// SPDX-License-Identifier: Apache-2.0
package io.hotbay.health.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.target.ConfiguredStatus.State;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.junit.jupiter.api.Test;

class BdevCheckTest {
    @Test
    void shouldCountBdevsThatRunAndLeaveControllersAlone() {
        Result result = new BdevCheck(Fakes.admin(
                        Fakes.bdev("Malloc0", State.RUNNING, ""),
                        Fakes.controller("vhostblk0", State.FAILED, "broken")))
                .execute();

        assertThat(Fakes.lines(result)).containsExactly("OK 1 bdev running");
    }

    @Test
    void shouldNameABdevThatHasFailedAndWhy() {
        Result result = new BdevCheck(Fakes.admin(
                        Fakes.bdev("Malloc0", State.RUNNING, ""),
                        Fakes.bdev("Malloc1", State.FAILED, "size \"lots\" is no size")))
                .execute();

        assertThat(result.getStatus()).isEqualTo(Status.CRITICAL);
        assertThat(Fakes.lines(result))
                .containsExactly("CRITICAL bdev Malloc1 (malloc) has failed: size \"lots\" is no size; correct that, or"
                        + " delete it with bdev:delete Malloc1");
    }

    @Test
    void shouldExpectABdevThatWaits() {
        Result result = new BdevCheck(
                        Fakes.admin(Fakes.bdev("Malloc0", State.WAITING, "no bundle that is started takes it")))
                .execute();

        assertThat(result.getStatus()).isEqualTo(Status.TEMPORARILY_UNAVAILABLE);
        assertThat(Fakes.lines(result).findFirst().orElseThrow()).contains("no bundle that is started takes it");
    }

    @Test
    void shouldBeCriticalWhenTheConfigurationCannotBeRead() {
        assertThat(Fakes.lines(new BdevCheck(Fakes.unreadableAdmin()).execute()))
                .containsExactly("CRITICAL the stored configuration cannot be read: disk on fire");
    }

    @Test
    void shouldBeCriticalWithoutTheBundleItAsks() {
        assertThat(Fakes.lines(new BdevCheck(null).execute()).findFirst().orElseThrow())
                .startsWith("CRITICAL the bundle io.hotbay.admin is not running");
    }
}
