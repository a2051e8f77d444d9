// SPDX-License-Identifier: Apache-2.0
package io.hotbay.health.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.reactor.Reactor;
import io.hotbay.reactor.ReactorStatistics;
import io.hotbay.reactor.Reactors;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.junit.jupiter.api.Test;

class ReactorCheckTest {
    private static final List<String> ONE = List.of("vhostblk0/0");
    private static final List<String> TWO = List.of("vhostblk0/0", "vhostblk1/0");

    private boolean paused;

    @Test
    void shouldBeContentWithAReactorThatSleeps() {
        assertThat(check(ONE, 0, 0, 500, 0, 0)).containsExactly("OK 1 reactor going round");
    }

    @Test
    void shouldBeContentWithABusyReactorThatHasItsCoreAndOnePoller() {
        assertThat(check(ONE, 500, 0, 0, 100_000, 499)).containsExactly("OK 1 reactor going round");
    }

    @Test
    void shouldWarnWhenSeveralPollersShareABusyReactor() {
        assertThat(check(TWO, 499, 1, 0, 100_000, 499))
                .containsExactly("WARN the reactor on core 3 is always busy, and 2 pollers share it: give the target"
                        + " more cores with -m, or these controllers others");
        assertThat(check(TWO, 400, 100, 0, 100_000, 499)).containsExactly("OK 1 reactor going round");
    }

    @Test
    void shouldWarnWhenAnotherProcessHasTheCore() {
        assertThat(check(ONE, 300, 200, 0, 100_000, 120))
                .containsExactly("WARN the reactor on core 3 got 120 of the 500 ms of processor time it wanted: keep"
                        + " other processes away from core 3, or give the target others with -m");
    }

    @Test
    void shouldNotJudgeAReactorByAMomentOrWithoutFigures() {
        assertThat(check(ONE, 20, 20, 460, 100, 1)).containsExactly("OK 1 reactor going round");
        assertThat(run(ONE, new ReactorStatistics(0, 0, 0, 0, 0, -1, -1), millis(500, 0, 0, 10_000, -1)))
                .containsExactly("OK 1 reactor going round");
    }

    @Test
    void shouldBeCriticalWhenAPollerDoesNotReturn() {
        assertThat(check(ONE, 500, 0, 0, 0, 498))
                .containsExactly("CRITICAL the reactor on core 3 has not ended a round for 500 ms, one of its pollers"
                        + " does not return (vhostblk0/0): jstack shows where it is");
    }

    @Test
    void shouldBeCriticalWhenItGetsNoProcessorTimeAtAll() {
        assertThat(check(ONE, 0, 500, 0, 0, 0))
                .singleElement()
                .asString()
                .startsWith("CRITICAL")
                .contains("gets no processor time");
    }

    @Test
    void shouldWarnWhenRoundsAreSlow() {
        assertThat(check(ONE, 500, 0, 0, 20, 490))
                .containsExactly("WARN the reactor on core 3 needs 25 ms a round: one of its pollers blocks"
                        + " (vhostblk0/0); jstack shows which");
    }

    @Test
    void shouldBeCriticalWithoutReactors() {
        assertThat(new ReactorCheck(null).execute().getStatus()).isEqualTo(Status.CRITICAL);
    }

    @Test
    void shouldEndWhenItIsInterrupted() {
        Result result = new ReactorCheck(reactors(List.of()), () -> {
                    throw new InterruptedException();
                })
                .execute();

        assertThat(result.getStatus()).isEqualTo(Status.HEALTH_CHECK_ERROR);
        assertThat(Thread.interrupted()).isTrue();
    }

    private List<String> check(List<String> pollers, long busy, long spin, long sleep, long rounds, long processor) {
        // A life before, which is not to be counted.
        ReactorStatistics before = millis(7_000, 8_000, 9_000, 4_711, 10_000);
        return run(
                pollers, before, millis(7_000 + busy, 8_000 + spin, 9_000 + sleep, 4_711 + rounds, 10_000 + processor));
    }

    private List<String> run(List<String> pollers, ReactorStatistics before, ReactorStatistics after) {
        paused = false;
        Reactor reactor = Fakes.service(Reactor.class, new Object() {
            int core() {
                return 3;
            }

            List<String> pollers() {
                return pollers;
            }

            ReactorStatistics statistics() {
                return paused ? after : before;
            }
        });
        return Fakes.lines(new ReactorCheck(reactors(List.of(reactor)), () -> paused = true).execute())
                .toList();
    }

    private static Reactors reactors(List<Reactor> all) {
        return Fakes.service(Reactors.class, new Object() {
            List<Reactor> all() {
                return all;
            }
        });
    }

    private static ReactorStatistics millis(long busy, long spin, long sleep, long rounds, long processor) {
        return new ReactorStatistics(
                TimeUnit.MILLISECONDS.toNanos(busy),
                TimeUnit.MILLISECONDS.toNanos(spin),
                TimeUnit.MILLISECONDS.toNanos(sleep),
                rounds,
                0,
                TimeUnit.MILLISECONDS.toNanos(processor),
                -1);
    }
}
