// SPDX-License-Identifier: Apache-2.0
package io.hotbay.guard.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.guard.Interruption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GuardTest {
    private static final long PATIENCE_MILLIS = 30_000;
    private static final long SCR = 3;
    private static final long TRANSPORT = 9;

    private long now = 1_000_000;
    private final BundleLives lives = new BundleLives(() -> now);
    private final List<Long> started = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private int waiting;
    private boolean broken;
    private final Guard guard = new Guard(() -> now, PATIENCE_MILLIS, lives, new Guard.Host() {
        @Override
        public String name(long id) {
            return Map.of(SCR, "org.apache.felix.scr", TRANSPORT, "io.hotbay.vhost-user")
                    .getOrDefault(id, "");
        }

        @Override
        public void start(long id) throws Exception {
            started.add(id);
            if (broken) {
                throw new Exception("no such file");
            }
            lives.runs(id, "2.0.0");
        }

        @Override
        public int waitingControllers() {
            return waiting;
        }

        @Override
        public void warn(String message) {
            warnings.add(message);
        }
    });

    @Test
    void shouldStartAgainWhatCommandsNeed() {
        lives.stops(SCR, "2.0.0");

        now += PATIENCE_MILLIS - 1;
        assertThat(guard.look()).isTrue();
        assertThat(started).isEmpty();

        now += 1;
        guard.look();

        assertThat(started).containsExactly(SCR);
        assertThat(warnings)
                .containsExactly("org.apache.felix.scr has been stopped for 30 s, and without it nobody can give a"
                        + " command: it is started again");
        assertThat(guard.look()).isFalse();
    }

    @Test
    void shouldTryAgainWhenItDoesNotStart() {
        broken = true;
        lives.stops(SCR, "2.0.0");

        now += PATIENCE_MILLIS;
        assertThat(guard.look()).isTrue();
        now += PATIENCE_MILLIS - 1;
        guard.look();
        assertThat(started).containsExactly(SCR);
        now += 1;
        guard.look();

        assertThat(started).containsExactly(SCR, SCR);
        assertThat(warnings).hasSize(4);
        assertThat(warnings.get(3)).contains("stopped for 60 s", "does not start: no such file");
    }

    @Test
    void shouldLeaveOtherBundlesStopped() {
        lives.stops(TRANSPORT, "1.0.0");

        now += 100 * PATIENCE_MILLIS;

        assertThat(guard.look()).isFalse();
        assertThat(started).isEmpty();
        assertThat(warnings).isEmpty();
    }

    @Test
    void shouldSayMoreAndMoreSeldomWhoKeepsFrontEndsWaiting() {
        lives.stops(TRANSPORT, "1.0.0");
        waiting = 2;

        for (int second = 0; second <= 21; second++) {
            assertThat(guard.look()).isTrue();
            now += 1000;
        }

        assertThat(warnings)
                .containsExactly(
                        "nobody has served 2 controllers for 5 s, requests of their front-ends wait:"
                                + " io.hotbay.vhost-user is stopped",
                        "nobody has served 2 controllers for 10 s, requests of their front-ends wait:"
                                + " io.hotbay.vhost-user is stopped",
                        "nobody has served 2 controllers for 20 s, requests of their front-ends wait:"
                                + " io.hotbay.vhost-user is stopped");
        waiting = 0;
        assertThat(guard.look()).isFalse();
    }

    @Test
    void shouldRememberInterruptionsUntilTheyAreWrittenDown() {
        long start = now;
        lives.runs(TRANSPORT, "1.0.0");
        lives.stops(TRANSPORT, "1.0.0");
        now += 40;
        lives.runs(TRANSPORT, "1.1.0");
        lives.stops(SCR, "2.0.0");
        lives.isGone(SCR);
        lives.runs(SCR, "2.0.0");

        Interruption interruption = new Interruption(TRANSPORT, "1.0.0", "1.1.0", start, start + 40);
        assertThat(lives.over()).containsExactly(interruption);
        assertThat(lives.stopped()).isEmpty();

        lives.forget(List.of(interruption));

        assertThat(lives.over()).isEmpty();
    }
}
